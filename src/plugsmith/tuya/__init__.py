"""The vendor's storage on the flash: pure readers and writers of every format in it."""
