"""Queries of visits: inbox, one request, plans, groups, reports, who may see what."""
