"""Facts about chips, boot codes, flash parts and modules, as validated data."""
