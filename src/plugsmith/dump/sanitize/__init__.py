"""A copy of a dump that is safe to share, and the proof of it."""
