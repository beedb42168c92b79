"""H5 door of visits: a customer manager's inbox and requests, and a shop's own requests."""
