"""Console pages: sign-in, account, dashboard, long tasks, audit log."""
