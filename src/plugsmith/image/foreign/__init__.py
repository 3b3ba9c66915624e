"""Files that are no firmware of these chips, and what they are instead."""
