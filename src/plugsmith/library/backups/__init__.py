"""Proven backups on disk, each with its passport."""
