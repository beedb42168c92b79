"""Every sentence that quizzes say to a retailer."""
