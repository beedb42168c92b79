"""Editor of questions: the authoring page's cards as values, the mapping they write, and every move on them."""
