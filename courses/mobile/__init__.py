"""Pages of courses inside WeChat."""
