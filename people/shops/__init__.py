"""The shops as the console shows them: narrowed, searched, in pages by key, counted, one alone."""
