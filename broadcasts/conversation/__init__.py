"""Chat door of broadcasts: the library, and display photos that shops send in."""
