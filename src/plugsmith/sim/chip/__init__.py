"""The simulated chip: stages, boot codes, firmware."""
