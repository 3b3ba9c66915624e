"""What OpenBeken publishes: its releases, and which drivers their builds hold."""
