"""Tables of broadcasts: the library and its readers, pushes, series of pushes."""
