"""Questions about a flash image: facts, pins, files."""
