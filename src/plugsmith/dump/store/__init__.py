"""The vendor's encrypted store: keys, sectors, pages."""
