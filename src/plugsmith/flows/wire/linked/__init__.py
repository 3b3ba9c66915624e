"""The device that is linked: whether it is still the same, what is its own, what it holds."""
