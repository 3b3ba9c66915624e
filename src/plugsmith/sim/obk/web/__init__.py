"""HTTP pages and REST calls."""
