"""A house full of devices: what was seen, what is wanted, what differs, and back again."""
