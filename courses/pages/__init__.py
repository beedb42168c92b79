"""Console pages of courses."""
