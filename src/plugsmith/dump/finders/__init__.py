"""Finders: one module a thing; each offers `find(data) -> list[Finding]` over raw file bytes."""
