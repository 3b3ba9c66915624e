"""Words of the verbs about RF calibration and MAC."""
