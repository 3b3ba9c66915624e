"""What is done with a chip on the wires: identify, back up, flash, restore, raw ranges."""
