"""Does the module that the vendor's configuration names carry the chip that answers?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.modules import module as find_module
from plugsmith.errors import PlugsmithError
from plugsmith.flows.dump.config import recover_bytes
from plugsmith.flows.write.preflight import PreflightCheck, PreflightOutcome
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.chips.model import Chip


def check_module(chip: Chip, content: bytes | None) -> PreflightCheck | None:
    """The check on a device's own flash `content`; None where no known module is named in it.

    It always passes: labels lie, and the chip that answers is what counts.
    """
    if content is None:
        return None
    try:
        named = recover_bytes(content, name="backup").module
    except PlugsmithError:
        return None
    board = find_module(named) if named else None
    if board is None:
        return None
    if board.chip == chip.name:
        text = _("The module {module} carries a {chip}.", module=board.name, chip=chip.name)
    else:
        text = _(
            "The vendor's configuration names the module {module}, which usually carries a "
            "{usual}, but the chip that answers is a {chip}. The chip counts; check the pins with "
            "a meter.",
            module=board.name,
            usual=board.chip,
            chip=chip.name,
        )
    return PreflightCheck(name="module", verdict=PreflightOutcome.PASS, text=text)
