"""What the user owns, on disk: backups with their passports, jobs that can go on, adapter facts."""
