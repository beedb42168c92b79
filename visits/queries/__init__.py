"""Questions about visits: what stands open, and what was said in one request."""
