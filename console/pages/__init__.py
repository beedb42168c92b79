"""The console's own pages: coming in, one's account, the dashboard, long work, the audit log."""
