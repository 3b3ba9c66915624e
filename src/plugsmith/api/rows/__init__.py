"""The rows of the table of verbs, one module a wing."""
