"""Decisions of visits: who owns a request, what it is about, until when it is to be answered. No database here."""
