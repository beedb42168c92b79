"""Questions: what is asked and how an answer is read, in the chat and on a page, for every feature that asks."""
