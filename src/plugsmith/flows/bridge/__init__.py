"""Chips that other programs read: the user's own installed program, run in a process of its own."""
