"""The verbs about files: dumps, firmware and templates."""
