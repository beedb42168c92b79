"""People pages of the console: shops, roster import, areas, audiences, tags, codes, messages, users."""
