"""H5 door of surveys: the page a shop fills in, and its screens."""
