"""Every call to WeChat: the token, the table of error codes, and one client."""
