"""Console door of surveys: the list, a definition written or uploaded, a survey with its live result."""
