"""The catalogue of devices on disk."""
