"""The WeChat official-account platform on one's desk: for development, demonstrations and tests of any app."""
