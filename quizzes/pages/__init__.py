"""Console door of quizzes: the list, the bank, papers written and published, results, changed keys."""
