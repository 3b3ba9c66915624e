"""Espressif's download mode: its ROM, and the loader that tools put into RAM."""
