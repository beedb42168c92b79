"""Command line of broadcasts, by subject: flask broadcasts …"""
