"""Forged firmware and flash contents: right in structure, only public facts, no vendor bytes."""
