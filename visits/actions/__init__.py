"""Verbs of visits: taking a message in, finding its owner, telling the owner, asking how it went."""
