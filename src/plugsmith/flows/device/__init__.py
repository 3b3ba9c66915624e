"""Running OpenBeken devices on the network."""
