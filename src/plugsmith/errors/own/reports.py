"""Errors of the verbs about Plugsmith itself."""

from __future__ import annotations

from plugsmith.errors.content import NothingFound
from plugsmith.errors.safety import SafetyRefusal
from plugsmith.messages import N_


class NoLastRun(NothingFound):
    """`support` was called without a verb, and no run that failed is remembered."""

    code = "PS-SUPPORT-NO-RUN"
    what = N_("No run that failed is remembered.")
    next_step = N_("Name the verb with its options: plugsmith support info --port PORT")


class NotClean(SafetyRefusal):
    """A bundle would have held something private; nothing was written."""

    code = "PS-SUPPORT-NOT-CLEAN"
    what = N_("No bundle was written: {member} would hold something private.")
    next_step = N_("Please describe the fault in words, and say that this happened.")
