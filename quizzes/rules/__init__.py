"""Decisions of quizzes: plain values in, plain values out."""
