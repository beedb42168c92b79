"""Questions to the tables of courses: they change nothing."""
