"""Transactional outbox: every message besides the passive reply is a row, queued in the transaction that wants it sent.

Claim, send, note. Before the call a row goes from pending to sending, with a lease; no transaction is open during the
call; after it the row gets the outcome. A worker that dies in a call leaves a row whose lease expires: a template
message is tried again under the same id while WeChat recognises it; a customer-service message has no id and becomes
`unsure`, for a person to decide on. Nothing is lost, nothing is sent twice, and what is unknown is shown as such.
"""
