"""The user's own library: its verbs, and backups called by name."""
