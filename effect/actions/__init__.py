"""Actions of effect: file, close and recount months."""
