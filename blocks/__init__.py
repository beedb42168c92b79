"""Blocks of a text with pictures: written, pasted, or read from Word and Markdown, and shown in each of its forms."""
