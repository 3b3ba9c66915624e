"""Simulated plugs to practise on: on the desk as a chip on a port, later in the network."""
