"""Tables of effect: months and their facts; the scorecard."""
