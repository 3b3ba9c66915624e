"""Firmware file formats: pure readers and writers, bytes or records in, records or bytes out."""
