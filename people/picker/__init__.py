"""The audience picker: criteria as rows of a form, in the builder of saved audiences and in short in other forms."""
