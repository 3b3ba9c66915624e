"""The jobs of the page: taken in, run, remembered, listed, and shown again."""
