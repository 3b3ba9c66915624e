"""Many requests in one go: frames behind each other, checksums in bursts and in long runs."""
