"""Pages of effect inside WeChat."""
