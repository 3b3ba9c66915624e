"""The verbs about RF calibration and MAC."""

from __future__ import annotations

from plugsmith.api.verb import Need, Verb
from plugsmith.messages import N_

_HOME = "plugsmith.api.bench.rf"
_RESULTS = "plugsmith.flows.rf.results"
_WRITTEN = "plugsmith.flows.wire.results:WriteResult"
_CHIP = (Need.PORT, Need.LIBRARY)

RF: tuple[Verb, ...] = (
    Verb(
        name="rf show",
        summary=N_("Show RF calibration and MAC of a chip or file, and whose they are."),
        home=_HOME,
        request="RfRequest",
        runner="show",
        results=(f"{_RESULTS}:RfResult",),
        needs=_CHIP,
        asks=True,
    ),
    Verb(
        name="rf save",
        summary=N_("Save the sector with calibration and MAC in a file of its own."),
        home=_HOME,
        request="RfSaveRequest",
        runner="save",
        results=(f"{_RESULTS}:RfSaved",),
        needs=_CHIP,
        asks=True,
    ),
    Verb(
        name="rf put-back",
        summary=N_("Put a device's own calibration and MAC back from a backup."),
        home=_HOME,
        request="RfPutBackRequest",
        runner="put_back",
        results=(_WRITTEN,),
        needs=_CHIP,
        asks=True,
    ),
    Verb(
        name="rf set-mac",
        summary=N_("Give a device another MAC; its calibration stays."),
        home=_HOME,
        request="RfSetMacRequest",
        runner="set_mac",
        results=(_WRITTEN,),
        needs=_CHIP,
        asks=True,
    ),
    Verb(
        name="rf rebuild",
        summary=N_("Last resort: a new MAC sector for a device that lost its own."),
        home=_HOME,
        request="RfRebuildRequest",
        runner="rebuild",
        results=(_WRITTEN,),
        needs=_CHIP,
        asks=True,
    ),
)
