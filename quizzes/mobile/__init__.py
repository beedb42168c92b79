"""H5 pages of quizzes: taking one, its result, and the wrong-answer book."""
