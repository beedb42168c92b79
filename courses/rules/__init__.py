"""Rules of courses: pure functions over values."""
