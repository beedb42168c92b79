"""微课堂: courses of short lessons, read in the chat or on a page, with what was handed out as the only progress."""
