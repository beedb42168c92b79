"""Reading of quizzes: small frozen values out, nothing written."""
