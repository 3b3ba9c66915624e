"""Errors of Plugsmith's own parts: its settings, its reports, simulator, emulator and page."""
