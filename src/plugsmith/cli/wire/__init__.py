"""Verbs for a chip on the wires."""
