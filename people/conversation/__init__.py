"""The chat door of people: binding and unbinding, and the front desk for whatever no feature answers."""
