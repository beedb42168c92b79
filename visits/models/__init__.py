"""Tables of visits: requests, owners, deadlines, answers, groups, plans, filed requests."""
