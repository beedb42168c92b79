"""Roster import: the company's list of shops from Excel or CSV, imported entirely or not at all."""
