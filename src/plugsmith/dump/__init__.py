"""A whole flash image: what is in it, is it sound, and repaired or cleaned copies of it."""
