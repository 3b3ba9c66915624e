"""The command line: one module a verb, rendering, no logic."""
