"""The results of the `obk config` verbs for people."""

from __future__ import annotations

from plugsmith.cli.table import table
from plugsmith.flows.device.results import ChangedDevice, RunCounts
from plugsmith.flows.many import ManyResult
from plugsmith.flows.settings.results import (
    BuiltConfig,
    BuiltConfigs,
    BuiltImage,
    ChangedChip,
    ChangedFile,
    StoredConfig,
)
from plugsmith.messages import _
from plugsmith.openbeken.flag_names import flag_name
from plugsmith.openbeken.flags import flag_bits


def read_text(found: StoredConfig | ManyResult | RunCounts) -> str:
    """The settings as two columns; empty ones are left out."""
    if isinstance(found, RunCounts):
        return _counts(found)
    if isinstance(found, ManyResult):
        from plugsmith.cli.many_text import files_counts_text

        return files_counts_text(found)
    rows: list[tuple[str, str]] = []
    for name, value in found.config.items():
        if isinstance(value, dict):
            rows += [(f"{name} {key}", str(item)) for key, item in value.items()]
        elif value not in ("", [], None):
            rows.append((name, str(value)))
        if name == "flags" and isinstance(value, int):
            rows += [(f"flag.{bit}", flag_name(bit)) for bit in flag_bits(value)]
    return table(rows)


def write_text(done: ChangedFile | ChangedChip | ChangedDevice | RunCounts) -> str:
    """What was changed, and how to go back."""
    match done:
        case ChangedChip():
            from plugsmith.cli.wire.write_text import write_text as chip_text

            return chip_text(done)
        case ChangedDevice():
            from plugsmith.cli.device.one_text import change_text

            return change_text(done)
        case RunCounts():
            return _counts(done)
        case _:
            return _(
                "Written to {file}. It may hold passwords in the clear; only you can read it.",
                file=done.file,
            )


def build_text(built: BuiltConfig | BuiltImage | BuiltConfigs) -> str:
    """Which files were made."""
    files = built.files if isinstance(built, BuiltConfigs) else (built.file,)
    return _(
        "Built {names}. It may hold passwords in the clear; only you can read it.",
        names=", ".join(files),
    )


def _counts(found: RunCounts) -> str:
    from plugsmith.cli.device.one_text import counts_text

    return counts_text(found)
