"""List pages: filters, columns of one's own choice, pages there and back, and the same rows as a file."""
