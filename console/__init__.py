"""Console: the staff's web application: sign-in, permissions, audit log, long tasks, and the frame of every page."""
