"""The roster: the company's own list of shops, brought in from Excel or CSV, whole or not at all."""
