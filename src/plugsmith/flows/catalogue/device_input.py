"""What a user means by a device: a dump, a configuration, a template, or an id of the catalogue."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.dump.pasted.pasted import read_pasted
from plugsmith.dump.recovery.outcome import Status
from plugsmith.dump.recovery.recover import recover
from plugsmith.errors import Malformed, NothingFound
from plugsmith.errors.catalogue import DeviceUnknown
from plugsmith.errors.content import TextWithoutPins
from plugsmith.flows.dump.config import read_dump
from plugsmith.flows.file_kind import FLASHES, TEXTS, FileKind
from plugsmith.flows.judged_file import worked_on
from plugsmith.image.foreign.letters import is_plain_text, letters_of
from plugsmith.interpret.catalogue.entry import read_entry
from plugsmith.interpret.catalogue.traits import Traits, traits_of
from plugsmith.interpret.from_paste import check_usable_text
from plugsmith.interpret.openbeken.from_openbeken import profile_from_openbeken
from plugsmith.interpret.openbeken.to_openbeken import openbeken_setup
from plugsmith.interpret.recovered import config_result
from plugsmith.interpret.vendor.from_tuya import profile_from_tuya
from plugsmith.interpret.vendor.serial_mcu import profile_of_serial_mcu
from plugsmith.messages import _
from plugsmith.openbeken.template import find_template
from plugsmith.tuya.schema import encode_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.device.profile import DeviceProfile
    from plugsmith.dump.pasted.model import Pasted
    from plugsmith.errors import Fact
    from plugsmith.library.catalogue.templates import StoredEntry, TemplateCatalogue
    from plugsmith.openbeken.template import Template

STDIN = "-"
_MAX_STDIN = 16 << 20
_TAKES = (FLASHES | TEXTS) - {FileKind.OPENBEKEN, FileKind.FLASH_START}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInput:
    """A device, whatever it was given as. `entry` is set for one of the catalogue.

    `remarks`: what was tolerated while a text was read.
    """

    name: str
    profile: DeviceProfile
    template: Template
    from_template: bool = False  # the template is somebody's own, not derived by us
    product_keys: tuple[str, ...] = ()
    entry: StoredEntry | None = None
    remarks: tuple[str, ...] = ()

    @property
    def traits(self) -> Traits:
        """What identifies it."""
        return traits_of(self.template, product_keys=self.product_keys)


def device_input_of(name: str, catalogue: TemplateCatalogue) -> DeviceInput:
    """The device that `name` means: a file, - for standard input, or an id of the catalogue.

    Raises InputError for a file that is nothing of the kind, NothingFound for one without pins,
    DeviceUnknown for a name that is neither a file nor an id.
    """
    if name == STDIN:
        return device_input_of_bytes(sys.stdin.buffer.read(_MAX_STDIN), name=_("standard input"))
    entry = catalogue.entry(name) if len(name) <= 200 else None
    if entry is not None and not entry.entry.rejected:
        return device_input_of_entry(entry)
    if not _is_file(name):
        raise DeviceUnknown(name=name[:200])
    return device_input_of_bytes(read_dump(Path(name)), name=Path(name).name)


def device_input_of_entry(stored: StoredEntry) -> DeviceInput:
    """The device of an entry; the vendor's configuration says more where there is one."""
    entry = stored.entry
    template = entry.template
    if entry.config:
        profile = profile_from_tuya(
            entry.config, module=template.board or None, chip=template.chip or None
        )
    else:
        profile = profile_from_openbeken(template)
    return DeviceInput(
        name=entry.title,
        profile=profile,
        template=template,
        from_template=not entry.config,
        product_keys=entry.product_keys,
        entry=stored,
    )


def device_input_of_bytes(data: bytes, *, name: str) -> DeviceInput:
    """The device in the bytes of a dump, or in a text."""
    with worked_on(data, takes=_TAKES):
        pasted = read_pasted(data)
        if pasted is not None:
            check_usable_text(pasted, name=name)
            return _from_pasted(pasted, name, data)
        if is_plain_text(data):
            raise TextWithoutPins(name=name)
        return _from_dump(data, name)


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False


def _from_dump(data: bytes, name: str) -> DeviceInput:
    recovery = recover(data, name=name)
    found = config_result(recovery)
    keys, module, chip = found.device.keys, found.module, found.chip
    config = found.config
    if isinstance(config, dict):
        return _from_config(config, name, module=module, chip=chip, product_keys=keys)
    if recovery.status is Status.SERIAL_MCU:
        profile = profile_of_serial_mcu(
            baud=recovery.facts.serial.baud if recovery.facts.serial else None,
            schema=json.loads(encode_schema(recovery.facts.schema)),
            chip=chip,
            module=module,
        )
        return _from_profile(profile, name, product_keys=keys)
    raise NothingFound(what=_("The vendor's pin configuration"), name=name)


def _from_pasted(pasted: Pasted, name: str, data: bytes) -> DeviceInput:
    """A configuration, a store without pins, or a template, in whatever notation."""
    held = pasted.best.holdings
    remarks = tuple(_(remark) for remark in pasted.remarks)
    keys = product_keys_of(held.body)
    if held.template:
        template = _template(held.body, data)
        return DeviceInput(
            name=template.name or name,
            profile=profile_from_openbeken(template),
            template=template,
            from_template=True,
            product_keys=keys,
            remarks=remarks,
        )
    if held.config is None:
        if not held.serial_named:
            raise NothingFound(what=_("The vendor's pin configuration"), name=name)
        profile = profile_of_serial_mcu(
            baud=held.serial.baud if held.serial else None,
            schema=json.loads(encode_schema(held.schema)),
            chip=held.chip,
            module=held.module,
        )
        return _from_profile(profile, name, product_keys=keys, remarks=remarks)
    whole = read_entry(held.body)
    return _from_config(
        held.config,
        whole.title or name,
        module=held.module,
        chip=held.chip or whole.template.chip or None,
        product_keys=whole.product_keys or keys,
        vendor=whole.template.vendor,
        label=whole.template.name,
        remarks=remarks,
    )


def _template(body: Mapping[str, object], data: bytes) -> Template:
    """The template as it stands in the text, else what a tolerant reader made of it."""
    letters = letters_of(data)
    try:
        return find_template(letters.text if letters is not None else "").template
    except Malformed:
        return find_template(json.dumps(body)).template


def _from_config(
    config: Mapping[str, object],
    name: str,
    *,
    module: str | None = None,
    chip: str | None = None,
    product_keys: tuple[str, ...] = (),
    vendor: str = "",
    label: str = "",
    remarks: tuple[str, ...] = (),
) -> DeviceInput:
    profile = profile_from_tuya(config, module=module, chip=chip)
    return _from_profile(
        profile, name, product_keys=product_keys, vendor=vendor, label=label, remarks=remarks
    )


def _from_profile(
    profile: DeviceProfile,
    name: str,
    *,
    product_keys: tuple[str, ...],
    vendor: str = "",
    label: str = "",
    remarks: tuple[str, ...] = (),
) -> DeviceInput:
    setup = openbeken_setup(profile, vendor=vendor, name=label)
    return DeviceInput(
        name=name,
        profile=profile,
        template=setup.template,
        product_keys=product_keys,
        remarks=remarks,
    )


def product_keys_of(facts: Mapping[str, Fact] | Mapping[str, object]) -> tuple[str, ...]:
    """The product and firmware keys in a result of `dump config`."""
    device = facts.get("device")
    fields = device if isinstance(device, dict) else {}
    found = [fields.get(name) for name in ("product_key", "firmware_key")]
    return tuple(item for item in found if isinstance(item, str) and 0 < len(item) <= 40)
