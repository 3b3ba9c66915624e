"""What the firmware tells a broker."""
