"""Working time of the company: its hours, and the days that differ from the week."""
