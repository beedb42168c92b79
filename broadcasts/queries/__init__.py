"""Queries of broadcasts: the library, pushes, their figures and their recipients."""
