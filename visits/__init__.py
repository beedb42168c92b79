"""Visits (微拜访): a shop's message reaches its customer manager at once and is answered within the promised time."""
