"""Verbs about Plugsmith itself: its configuration, a bundle for those who help."""
