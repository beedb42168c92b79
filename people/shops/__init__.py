"""Shop queries of the console: filter, search, keyset pages, counts, details of one shop."""
