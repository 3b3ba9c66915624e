"""What must hold before the first erase: each check, and their list in order."""
