"""Readers of replies: typed in the chat, or ticked and written on a page."""
