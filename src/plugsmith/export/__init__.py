"""Device descriptions as files and texts for people and for other programs."""
