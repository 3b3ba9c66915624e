"""Sockets, discovery and faults on the way."""
