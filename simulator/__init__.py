"""Simulator of the WeChat official-account platform: for development, demonstrations and tests of any app."""
