"""The plug around the module."""
