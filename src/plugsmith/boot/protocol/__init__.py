"""Frames and commands of the download protocol, as pure bytes."""
