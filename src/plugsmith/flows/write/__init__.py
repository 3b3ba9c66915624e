"""From what is wanted in the flash to a checked plan, its execution and its proof."""
