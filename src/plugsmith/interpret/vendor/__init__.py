"""A vendor's configuration as a neutral device profile."""
