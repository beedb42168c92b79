"""Rules of effect: months, what is carried from one to the next, what changed."""
