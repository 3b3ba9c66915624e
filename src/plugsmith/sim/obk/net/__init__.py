"""Sockets, the session with a broker, discovery and faults on the way."""
