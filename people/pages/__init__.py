"""The console's door to people: the roster and its import, shops, areas, audiences, tags, codes, messages, users."""
