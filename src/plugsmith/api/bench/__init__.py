"""Verbs for what lies on the bench beside the main way: a log, RF calibration, other programs."""
