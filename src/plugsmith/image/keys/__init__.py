"""Code keys of chips: found again from scrambled code, and put under code."""
