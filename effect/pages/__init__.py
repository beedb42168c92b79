"""Console pages of effect."""
