"""Tables of tests (微测试): the bank, quizzes, attempts, counters, changes of keys."""
