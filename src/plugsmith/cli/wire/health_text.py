"""The result of `health` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.flows.write.health import SLOW_ERASE_MS
from plugsmith.memory import format_addr
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.flows.write.health import HealthResult, SectorHealth

_VERDICTS = {
    "sound": N_("The flash took and kept everything."),
    "slow": N_("The flash kept everything, but erases slowly: it is worn, or its supply is weak."),
    "bad": N_("Some sectors did not keep what was written: this flash cannot be trusted."),
    "planned": N_("These free sectors would be erased and written three times."),
}


def health_text(found: HealthResult) -> str:
    """The verdict, then each sector."""
    rows = [(format_addr(row.start), "" if found.dry_run else _times(row)) for row in found.sectors]
    lines = [_(_VERDICTS[found.verdict]), "", table(rows)]
    if found.erase_ms is not None:
        lines += [
            "",
            _("Usual: erase {erase:.0f} ms (more than {most:.0f} ms is slow), write {program:.0f} "
              "ms, with the way over the wire.", erase=found.erase_ms, most=SLOW_ERASE_MS,
              program=found.program_ms),
        ]  # fmt: skip
    return "\n".join(lines)


def _times(row: SectorHealth) -> str:
    if not row.erase_ms:
        return _("not kept")
    text = _("erase {erase:.0f} ms, write {program:.0f} ms", erase=row.erase_ms,
             program=row.program_ms)  # fmt: skip
    return text if row.sound else text + ", " + _("not kept")
