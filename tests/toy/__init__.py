"""Wishes, a whole small service for the test beside it: shops say in the chat what they would like to sell."""
