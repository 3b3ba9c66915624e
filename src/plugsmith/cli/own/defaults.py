"""What the configuration file says, where neither command line nor environment spoke."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from plugsmith.messages import choose_language

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.records import Record


def with_defaults(session: Session, request: Record) -> Record:
    """The request, filled up from the file; ConfigUnusable names the line of a fault.

    The language and the defaults for settings are set for this run.
    """
    from plugsmith.api.options import parameters
    from plugsmith.library.config_file import config_path

    try:
        if not config_path().is_file():
            return request
    except OSError:
        return request
    from plugsmith.library.config_file import read_config

    file = read_config()
    session.setting_defaults = file.settings
    choose_language(str(file.values["language"]) if "language" in file.values else None)
    filled: dict[str, Any] = {
        item.name: file.values[item.words.config]
        for item in parameters(type(request))
        if item.words.config in file.values and getattr(request, item.name) is None
    }
    return cast("Record", replace(cast("Any", request), **filled)) if filled else request
