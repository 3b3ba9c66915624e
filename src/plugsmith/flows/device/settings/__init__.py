"""Settings of OpenBeken: wanted, in files, and as results."""
