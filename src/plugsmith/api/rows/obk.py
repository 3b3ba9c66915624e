"""The verbs on OpenBeken's settings block."""

from __future__ import annotations

from plugsmith.api.verb import Need, Verb
from plugsmith.messages import N_

_OBK = "plugsmith.api.obk"
_RESULTS = "plugsmith.flows.settings.results"
_DEVICE_RESULTS = "plugsmith.flows.device.results"

OBK: tuple[Verb, ...] = (
    Verb(
        name="obk config read",
        summary=N_("Show the settings in a file, a chip or a running device."),
        home=_OBK,
        request="ConfigReadRequest",
        runner="read",
        results=(
            f"{_RESULTS}:StoredConfig",
            "plugsmith.flows.many:ManyResult",
            f"{_DEVICE_RESULTS}:RunCounts",
        ),
        needs=(Need.PORT, Need.NETWORK),
        asks=True,
    ),
    Verb(
        name="obk config write",
        summary=N_("Change settings in a file, a chip or a running device."),
        home=_OBK,
        request="ConfigWriteRequest",
        runner="write",
        results=(
            f"{_RESULTS}:ChangedFile",
            f"{_RESULTS}:ChangedChip",
            f"{_DEVICE_RESULTS}:ChangedDevice",
            f"{_DEVICE_RESULTS}:RunCounts",
        ),
        needs=(Need.PORT, Need.NETWORK),
        asks=True,
    ),
    Verb(
        name="obk config build",
        summary=N_("Make a settings sector for a new device, or for many."),
        home=_OBK,
        request="ConfigBuildRequest",
        runner="build",
        results=(
            f"{_RESULTS}:BuiltConfig",
            f"{_RESULTS}:BuiltImage",
            f"{_RESULTS}:BuiltConfigs",
        ),
        asks=True,
    ),
)
