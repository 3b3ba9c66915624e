"""Between the neutral profile and OpenBeken templates, and their lint."""
