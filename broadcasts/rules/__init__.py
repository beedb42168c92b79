"""Rules of broadcasts: blocks of an article and their rendering, states, occurrences; values in, values out."""
