"""Putting it together: the only package that knows everybody."""
