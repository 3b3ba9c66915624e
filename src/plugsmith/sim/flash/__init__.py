"""The simulated flash part."""
