"""Words of the verbs about radio calibration and MAC."""
