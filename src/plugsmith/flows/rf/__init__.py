"""RF calibration and MAC: what is there, saved, put back, and as a last resort made anew."""
