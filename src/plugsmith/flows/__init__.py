"""What a user asks for: backup, flash, restore and the raw verbs, each as one flow of events."""
