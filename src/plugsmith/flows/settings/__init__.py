"""OpenBeken's settings: what is wanted, and where they are kept."""
