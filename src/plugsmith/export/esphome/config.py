"""A device as an ESPHome configuration: relays, buttons, LEDs, meters, lights, covers, serial MCU.

The components and their options are ESPHome's (2026.6); tests let its own `config` check them. What
ESPHome cannot do, or what nobody knows for sure, stands as a comment on top of the file.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, TaggedScalar
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from plugsmith.errors.catalogue import NotExportable
from plugsmith.export.esphome.board import esphome_board
from plugsmith.export.esphome.draft import EspDraft
from plugsmith.export.esphome.extras import add_parts, change_head, secrets_of
from plugsmith.export.esphome.inputs import add_inputs
from plugsmith.export.esphome.lights import add_lights
from plugsmith.export.esphome.outputs import add_outputs
from plugsmith.export.esphome.sensors import add_sensors
from plugsmith.export.esphome.serial import add_serial
from plugsmith.export.output import OutputFile, one_line
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.device.profile import DeviceProfile
    from plugsmith.export.output import ExportOptions

_MAX_NAME = 31  # what ESPHome allows for a host name
_MAX_NOTES = 40
_AMBIGUOUS = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|none|~|=|<<|)|[-+.]?[0-9][0-9a-fA-FxXoO_.:+-]*|[-+.]+.*"
)
_NOT_HERE = ("OpenBeken", "VoltageSet", "startDriver", "ch_stat")  # advice for another firmware


def render(profile: DeviceProfile, options: ExportOptions) -> list[OutputFile]:
    """`<name>.yaml`; NotExportable for chips that ESPHome does not run on."""
    board = esphome_board(profile.module, profile.chip)
    if board is None:
        raise NotExportable(
            format="ESPHome",
            problem=_("ESPHome has no board for the chip {chip}", chip=profile.chip),
            known="openbeken, markdown, text",
        )
    draft = EspDraft(board=board)
    if not board.sure:
        draft.note(
            _("The chip is not known: the board below is a guess. Correct it before you flash.")
        )
    profile = _fitting(draft, profile)
    add_outputs(draft, profile)
    add_lights(draft, profile)
    add_inputs(draft, profile)
    add_sensors(draft, profile)
    add_serial(draft, profile)
    add_parts(draft, options.extras)
    for item in profile.left_out:
        draft.note(item.reason)
    for text in profile.remarks:
        if not any(word in text for word in _NOT_HERE):
            draft.note(text)
    text = _header(draft, options) + _yaml(_document(draft, options))
    return [OutputFile(name=f"{options.file_stem}.yaml", text=text, media_type="text/yaml")]


def _fitting(draft: EspDraft, profile: DeviceProfile) -> DeviceProfile:
    """The profile without pins that ESPHome's board does not have."""
    known = draft.board.gpios
    if known is None:
        return profile
    for pin in profile.pins:
        if pin.gpio not in known:
            draft.note(
                _(
                    "P{gpio} is left out: ESPHome's board {board} has no such pin.",
                    gpio=pin.gpio,
                    board=draft.board.board,
                )
            )
    return replace(profile, pins=tuple(pin for pin in profile.pins if pin.gpio in known))


def _document(draft: EspDraft, options: ExportOptions) -> CommentedMap:
    name = options.file_stem[:_MAX_NAME].strip("-") or "device"
    root = CommentedMap()
    root["esphome"] = {"name": _quoted(name), "friendly_name": _quoted(_plain(options.shown_title))}
    root[draft.board.platform] = {"board": draft.board.board}
    root["logger"] = {"baud_rate": 0} if draft.uses_uart else {}
    root["api"] = {}
    root["ota"] = [{"platform": "esphome"}]
    root["wifi"] = {"ssid": _secret("wifi_ssid"), "password": _secret("wifi_password"), "ap": {}}
    root["captive_portal"] = {}
    change_head(root, options.extras, _secret)
    for key, value in draft.sections():
        root[key] = _quoted(value)
    return root


def _quoted(value: Any) -> Any:  # noqa: ANN401 - YAML: texts, numbers, lists and mappings
    """Texts that YAML 1.1 takes for something else in quotes: ESPHome reads that version."""
    if isinstance(value, dict):
        return {key: _quoted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_quoted(item) for item in value]
    if isinstance(value, str) and _AMBIGUOUS.fullmatch(value):
        return DoubleQuotedScalarString(value)
    return value


def _plain(text: str) -> str:
    """A name that ESPHome does not take for a substitution."""
    return one_line(text.replace("$", " ").replace("#", " ")) or "Device"


def _secret(name: str) -> TaggedScalar:
    return TaggedScalar(value=name, style=None, tag="!secret")


def _header(draft: EspDraft, options: ExportOptions) -> str:
    lines = [
        _("{title}, written by Plugsmith.", title=options.shown_title),
        _("Put wifi_ssid and wifi_password into secrets.yaml beside this file."),
    ]
    more = secrets_of(options.extras)
    if more:
        lines.append(_("Into secrets.yaml as well: {names}.", names=", ".join(more)))
    lines += draft.notes[:_MAX_NOTES]
    return "".join(f"# {one_line(line)}\n" for line in lines)


def _yaml(document: CommentedMap) -> str:
    writer = YAML()
    writer.default_flow_style = False
    writer.width = 4096  # no folding: a folded name is hard to read and to edit
    writer.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    writer.dump(document, stream)
    return stream.getvalue()
