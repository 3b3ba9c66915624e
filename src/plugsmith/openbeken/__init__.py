"""OpenBeken: its settings block, its vocabulary of pins, and its templates. Pure."""
