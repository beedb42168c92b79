"""Files of effect."""
