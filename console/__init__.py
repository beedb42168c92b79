"""The console: the staff's door — who may come in, what they may see, and the frame every page stands in."""
