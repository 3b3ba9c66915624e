"""Forged and then broken inputs for every reader of foreign bytes."""
