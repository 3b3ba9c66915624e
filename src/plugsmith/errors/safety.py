"""Refusals for safety (exit 5): nothing was written."""

from __future__ import annotations

from plugsmith.errors.base import ExitCode, PlugsmithError
from plugsmith.messages import N_


class SafetyRefusal(PlugsmithError):
    """Plugsmith declines because the step could do harm that cannot be undone."""

    exit_code = ExitCode.REFUSED


class ConsentMissing(SafetyRefusal):
    """A step needs the user's yes and there is nobody to ask, or the user said no."""

    code = "PS-SAFETY-CONSENT"
    what = N_("Nothing was changed: this step needs your consent ({step}).")
    next_step = N_("Run it on a terminal and answer the question, or add --yes in a script.")
