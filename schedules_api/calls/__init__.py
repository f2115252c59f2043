"""The calls of the API, one module per resource: each asks a flow and renders what it says."""
