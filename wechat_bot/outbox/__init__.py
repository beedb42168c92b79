"""The outbox: whatever must be sent besides the passive reply is a row here, queued with the work that wants it.

Claim, send, note. Before the call a row goes from pending to sending, with a lease; no transaction is open during the
call; after it the row says what became of it. A worker that dies in a call leaves a row whose lease runs out: a
template message is tried again under the same id while WeChat recognises it, a customer-service message has no id and
becomes `unsure`, for people to look at. Nothing is lost, nothing is sent twice, and what is not known is said.
"""
