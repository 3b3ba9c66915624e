"""Errors about the user's configuration file (exit 9)."""

from __future__ import annotations

from plugsmith.errors.content import InputError
from plugsmith.messages import N_


class ConfigUnusable(InputError):
    """The configuration file is not well formed, or says something that is not known."""

    code = "PS-CONFIG-UNUSABLE"
    what = N_("The configuration file {name} cannot be used, line {line}: {problem}.")
    next_step = N_("Correct that line, or take the file away. `plugsmith config show` checks it.")
