"""The HTTP face of the product: authorise, parse, call a flow, render."""
