"""A neutral description of a device: which pin does what. Knows no vendor and no firmware."""
