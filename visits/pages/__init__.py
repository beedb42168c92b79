"""Console door of visits."""
