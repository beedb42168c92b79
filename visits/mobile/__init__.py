"""The H5 door of visits: a customer manager's inbox and threads, and a shop's own thread."""
