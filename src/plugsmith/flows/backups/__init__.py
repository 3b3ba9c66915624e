"""The verbs about the user's own backups."""
