"""Servers and devices on the network. Heavy imports: load it only where a verb needs it."""
