"""Benchmarks: `python -m bench` prints our numbers beside those of other tools."""
