"""What a file is: findings, chip, layout, damage, private places."""
