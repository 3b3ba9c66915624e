"""Generated pages: each module has one function that returns the whole text of one file."""
