"""The whole job on a simulated plug: no hardware, no network, nothing in the user's library."""
