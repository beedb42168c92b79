"""Campaigns: one message to many shops, from the frozen list of whom it is for to who missed it; features say what."""
