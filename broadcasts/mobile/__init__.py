"""H5 door of broadcasts: the library, an article, what a push leads to."""
