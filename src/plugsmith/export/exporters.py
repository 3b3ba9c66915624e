"""The list of exporters: an output is added here and nowhere else."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from plugsmith.errors import UsageError
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.device.profile import DeviceProfile
    from plugsmith.export.output import ExportOptions, OutputFile

    Render = Callable[[DeviceProfile, ExportOptions], list[OutputFile]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """An output format; its module holds `render` and is imported when it is used."""

    name: str
    module: str
    summary: str

    def render(self, profile: DeviceProfile, options: ExportOptions) -> list[OutputFile]:
        """The files; raises NotExportable where the format cannot describe the device."""
        function = cast("Render", importlib.import_module(self.module).render)
        return function(profile, options)


EXPORTERS: tuple[Exporter, ...] = (
    Exporter(
        name="openbeken",
        module="plugsmith.export.openbeken_template",
        summary=N_("OpenBeken template (JSON)"),
    ),
    Exporter(
        name="esphome",
        module="plugsmith.export.esphome.config",
        summary=N_("ESPHome configuration (YAML)"),
    ),
    Exporter(
        name="tasmota", module="plugsmith.export.tasmota", summary=N_("the pins in Tasmota's words")
    ),
    Exporter(
        name="homeassistant",
        module="plugsmith.export.homeassistant",
        summary=N_("preview of the MQTT discovery messages for Home Assistant"),
    ),
    Exporter(
        name="markdown",
        module="plugsmith.export.markdown",
        summary=N_("Markdown for a forum post or an issue"),
    ),
    Exporter(
        name="svg",
        module="plugsmith.export.pinout_svg",
        summary=N_("picture of the module with its pins"),
    ),
    Exporter(name="text", module="plugsmith.export.plain", summary=N_("plain text")),
)


def exporter(name: str) -> Exporter:
    """The exporter of that name; UsageError with the names that exist."""
    for item in EXPORTERS:
        if item.name == name.casefold():
            return item
    known = ", ".join(item.name for item in EXPORTERS)
    raise UsageError(
        problem=_("there is no format {name}; there are: {known}", name=name[:40], known=known)
    )
