"""Campaigns: one message to many shops, with a frozen audience, approval, sending in batches, progress and who missed
it."""
