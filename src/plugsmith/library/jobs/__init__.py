"""Work that may be interrupted, on disk."""
