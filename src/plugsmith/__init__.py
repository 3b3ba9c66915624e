"""Plugsmith: back up, understand, flash and restore Tuya devices on Beken Wi-Fi chips."""

__version__ = "0.1.0"
