"""What the verbs about running devices ask for."""

from __future__ import annotations

from pathlib import Path

from plugsmith.api.house import HOSTS, ONE_HOST, HouseRequest
from plugsmith.api.lan import LoginRequest
from plugsmith.api.options import Panel, argument, new_file, option, request
from plugsmith.api.settings import SettingsRequest
from plugsmith.messages import N_


@request
class ScanRequest(LoginRequest):
    """Where to look."""

    where: str | None = argument(
        default=None,
        metavar="RANGE",
        judge="hosts",
        config="range",
        help=N_(
            "Addresses to look at: 192.168.1.0/24, 192.168.1.20-60, one host, or @FILE with a "
            "list; :port at the end. Left out: your own network, SSDP and mDNS."
        ),
    )


@request
class SafeModeRequest(HouseRequest):
    """Whether a device may be taken out of safe mode."""

    leave_safe_mode: bool = option(
        default=False,
        panel=Panel.SAFETY,
        help=N_("Take a device out of safe mode where it is in it."),
    )


@request
class InfoRequest(SafeModeRequest):
    """Which devices; `data_points` is how long to listen to a serial MCU, in seconds."""

    host: str = argument(metavar="HOST", judge="hosts", help=HOSTS)
    data_points: float | None = option(
        default=None,
        least=1,
        most=3600,
        metavar="SECONDS",
        help=N_(
            "Listen to the serial MCU (TuyaMCU) of the device for so long: its data points, and "
            "lines for OpenBeken and ESPHome."
        ),
    )


@request
class BackupRequest(SafeModeRequest):
    """What is kept of which devices; `keep` counts backups of one device."""

    at_once: int = option(
        default=16,
        least=1,
        most=64,
        metavar="N",
        panel=Panel.LINK,
        help=N_("How many devices are worked on at the same time."),
    )
    host: str | None = argument(default=None, metavar="HOST", judge="hosts", help=HOSTS)
    everything: bool = option(
        "--all", default=False, help=N_("Every device that was seen (`plugsmith device list`).")
    )
    keep: int | None = option(
        default=None,
        least=1,
        metavar="N",
        help=N_("Keep only the newest N backups of each device."),
    )
    full: bool = option(
        "--full/--no-full",
        default=True,
        help=N_("Read the whole flash too (2 MiB, about a minute)."),
    )


@request
class ApplyRequest(SafeModeRequest, SettingsRequest):
    """What which devices shall have, or a roll that says it."""

    host: str | None = argument(default=None, metavar="HOST", judge="hosts", help=HOSTS)
    template: Path | None = argument(
        default=None,
        metavar="TEMPLATE",
        help=N_(
            "A template as JSON, a vendor configuration in any notation, a dump, or the result "
            "of `dump config --json`; - for standard input."
        ),
    )
    roll: Path | None = option(
        default=None,
        metavar="FILE",
        help=N_("Make the devices of a roll what it says; HOST is then where to look for them."),
    )
    update: tuple[Path, ...] = option(
        "--update",
        default=(),
        metavar="FILE",
        help=N_(
            "With --roll: an update (.rbl) to a version that the roll wants, beside those of the "
            "cache. Repeatable."
        ),
    )
    download: bool = option(
        default=False,
        help=N_("With --roll: get the updates that are needed from the internet first."),
    )
    server: str | None = option(
        default=None,
        metavar="URL",
        config="releases.server",
        help=N_("With --download: another server with the same API."),
    )
    keep_firmware: bool = option(
        default=False, help=N_("With --roll: settings only, no device gets another firmware.")
    )
    dry_run: bool = option(
        default=False, panel=Panel.SAFETY, help=N_("Show what would be done, change nothing.")
    )


@request
class UndoRequest(HouseRequest):
    """Which devices."""

    host: str = argument(metavar="HOST", judge="hosts", help=HOSTS)


@request
class UpdateRequest(HouseRequest):
    """Which update for which devices."""

    at_once: int = option(
        default=8,
        least=1,
        most=64,
        metavar="N",
        panel=Panel.LINK,
        help=N_("How many devices are worked on at the same time."),
    )
    host: str = argument(metavar="HOST", judge="hosts", help=HOSTS)
    file: tuple[Path, ...] = argument(
        default=(),
        metavar="FILE",
        help=N_(
            "The update (.rbl); several: each device gets the one for its chip and build. Left "
            "out: the newest ones in the cache."
        ),
    )
    dry_run: bool = option(
        default=False, panel=Panel.SAFETY, help=N_("Show what would be done, change nothing.")
    )
    download: bool = option(
        default=False,
        help=N_(
            "Without FILE: get the right one for each device's chip and build from the internet."
        ),
    )
    server: str | None = option(
        default=None,
        metavar="URL",
        config="releases.server",
        help=N_("With --download: another server with the same API."),
    )
    version: str | None = option(
        default=None,
        metavar="VERSION",
        help=N_(
            "This release, not the newest: 1.18.300, or 1.18.300_sensors for a build with other "
            "drivers."
        ),
    )
    again: bool = option(default=False, help=N_("Also when the device runs this version already."))
    other_variant: bool = option(
        default=False, panel=Panel.SAFETY, help=N_("Allow a build with other drivers.")
    )


@request
class CalibrateRequest(LoginRequest):
    """What is known about the load: volts, amperes, watts, ohms."""

    host: str | None = argument(default=None, metavar="HOST", judge="hosts", help=ONE_HOST)
    volts: float | None = option(
        default=None, least=1, most=500, help=N_("The mains voltage, measured (V).")
    )
    amps: float | None = option(
        default=None, least=0.001, most=100, help=N_("The current, measured (A).")
    )
    watts: float | None = option(
        default=None, least=1, most=25_000, help=N_("The power of the load (W).")
    )
    ohms: float | None = option(
        default=None, least=1, most=100_000, help=N_("The resistance of the load, warm (ohm).")
    )
    resistive: bool = option(
        "--resistive/--not-resistive",
        default=True,
        help=N_("Whether watts are volts times amperes."),
    )
    readings: int = option(
        default=12, least=4, most=120, help=N_("How many readings are averaged.")
    )
    factor: tuple[str, ...] = option(
        default=(),
        metavar="NAME=VALUE",
        help=N_("Store a known factor: voltage, current or power. Repeatable."),
    )
    from_dump: Path | None = option(
        default=None, metavar="FILE", help=N_("Show the vendor's calibration in a dump, raw.")
    )
    undo: bool = option(default=False, help=N_("Put back the factors before the last calibration."))


@request
class PinsRequest(LoginRequest):
    """Which pins of which device are examined."""

    host: str = argument(metavar="HOST", judge="hosts", help=ONE_HOST)
    lights: bool = option(
        default=False,
        help=N_(
            "A lamp that runs already: light each output alone, ask what is seen, and set its "
            "colours (map, channels, direction; the number of LEDs of a strip)."
        ),
    )
    template: Path | None = option(
        default=None,
        metavar="FILE",
        help=N_("Start from a recovered or similar template: its pins are tried first."),
    )
    output: Path | None = new_file(help=N_("Write the template to a file."))
    include: tuple[int, ...] = option(
        "--include-pin",
        default=(),
        metavar="GPIO",
        least=0,
        most=63,
        panel=Panel.SAFETY,
        help=N_("Also drive this pin. Repeatable."),
    )
    only: tuple[int, ...] = option(
        "--pin",
        default=(),
        metavar="GPIO",
        least=0,
        most=63,
        help=N_("Examine only this pin. Repeatable."),
    )
