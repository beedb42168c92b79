"""Chat doors of courses."""
