"""Forms in which code is carried: the T1's update packages, UF2."""
