"""A change of running devices: looked at first, shown, asked for once, proven."""
