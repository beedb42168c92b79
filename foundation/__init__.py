"""The ground floor: database, clock, errors, text and logs; it leans on nobody in this project."""
