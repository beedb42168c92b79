"""Foundation library: database, clock, errors, text and logs; it imports no other package of this project."""
