"""Questions with a key: what one is, how its author writes it, and what an answer to it is worth."""
