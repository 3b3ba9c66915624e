"""What `support` gives back."""

from __future__ import annotations

from plugsmith.records import Result, record


@record
class SupportResult(Result):
    """The archive; `searched` texts were looked through, `secrets_left` is always 0.

    `exit_code` and `error` are those of the run that is in it.
    """

    file: str
    verb: str
    exit_code: int
    error: str | None
    members: tuple[str, ...]
    searched: int
    secrets_left: int
