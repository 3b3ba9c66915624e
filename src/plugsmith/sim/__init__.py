"""A simulated Beken chip: boot code, NOR flash and wires, written a second time from the papers."""
