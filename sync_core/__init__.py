"""The sync itself: decisions (domain), what happens (flows), the outside (adapters)."""
