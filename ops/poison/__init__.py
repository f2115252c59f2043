"""Messages that were put aside for an operator: what they are, why, and what can be done with them."""
