"""The command line of the simulated firmware."""
