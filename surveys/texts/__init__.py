"""What surveys say to people."""
