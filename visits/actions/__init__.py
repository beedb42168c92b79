"""Actions of visits: receive messages, find the owner, notify people, answer, escalate, ask for a rating."""
