"""What a person does next, after every verb."""
