"""The console's door to people: the roster and its import, shops, areas, the users of the console."""
