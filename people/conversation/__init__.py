"""People chat: binding and unbinding, and the front desk for messages that no feature answers."""
