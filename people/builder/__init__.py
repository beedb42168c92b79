"""The audience builder: a specification as a form to fill in, and back."""
