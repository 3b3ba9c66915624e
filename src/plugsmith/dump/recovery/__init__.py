"""From damaged bytes to a pin text, and how sure it is."""
