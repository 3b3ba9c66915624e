"""Words of the verbs about the user's own backups."""
