"""The command line of the simulated firmware, and what it answers."""
