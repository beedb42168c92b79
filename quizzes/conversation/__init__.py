"""Chat door of quizzes: taking one, practising what was wrong, and what to read."""
