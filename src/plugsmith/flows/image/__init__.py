"""Firmware files: what one is, conversions, downloads, running one."""
