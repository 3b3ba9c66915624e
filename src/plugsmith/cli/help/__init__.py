"""Help: of verbs and groups, of errors, and the pages of the documentation."""
