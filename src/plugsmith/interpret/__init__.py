"""What a vendor's configuration means, and the same device in the words of another firmware."""
