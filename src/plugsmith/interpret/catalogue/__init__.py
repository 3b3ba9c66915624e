"""Entries of device lists, and how alike two devices are."""
