"""The device catalogue: find, match, export."""
