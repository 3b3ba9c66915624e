"""Verbs for what lies on the bench beside the main way: the log of a device, its RF calibration."""
