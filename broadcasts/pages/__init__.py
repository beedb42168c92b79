"""Console door of broadcasts: the library, the calendar of pushes, the composer, reports."""
