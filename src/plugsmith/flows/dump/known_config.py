"""What `dump config` gives back for one input; apart from the results that need the survey."""

from __future__ import annotations

from plugsmith.interpret.config_result import ConfigResult
from plugsmith.records import record


@record
class KnownConfig(ConfigResult):
    """`dump config` for one input, with a line about the known device that it is like."""

    looks_like: str | None
