"""Audience picker: criteria as form rows, in the builder of saved audiences and, shorter, in other forms."""
