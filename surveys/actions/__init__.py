"""Actions of surveys: writing, publishing, answering, counting, inviting."""
