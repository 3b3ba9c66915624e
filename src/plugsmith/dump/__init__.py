"""A whole flash image: what is in it, is it sound, and copies of it that are repaired or cleaned."""
