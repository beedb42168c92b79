"""Questions about surveys: which there are, which wait for a shop, what was answered, who answered what."""
