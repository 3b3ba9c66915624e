"""Start-up texts of other chips and computers that people connect by mistake, as data.

Each mark stands in public boot logs of that chip; none of them is printed by a BK72xx. What each
chip needs instead: docs/linking.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from plugsmith.messages import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who talks, by the name that the catalogue of chips has.

    `marks` are bytes of its start-up text, `baud` the rate that this text has. `greets`: bytes that
    count as the very first alone, for an application may print them too.
    """

    name: str
    marks: tuple[bytes, ...]
    next_step: str
    greets: tuple[bytes, ...] = ()
    baud: int = 115_200


_ESPTOOL = N_(
    "This is no Beken chip: back it up with `esptool --port PORT read-flash 0 ALL backup.bin`, "
    "then write Tasmota or ESPHome."
)
_LTCHIPTOOL = N_("This is no Beken chip: use ltchiptool, and read its flash first.")
_AMEBA = N_(
    "This is no Beken chip: an RTL8720D, RTL8721DA or RTL8720E, which take different firmware. "
    "Read the print on the chip, then `plugsmith doctor --module` with it."
)
_EASY_FLASHER = N_("This is no Beken chip: use BK7231GUIFlashTool, which knows it.")
_XMODEM = N_("This is no Beken chip: it waits for a file by XMODEM; use wm_tool.")
_ONLY_READ = N_("`plugsmith backup` reads this chip; Plugsmith does not write it.")
VOICES = (
    Voice(
        name="ESP8266",
        marks=(b"ets Jan  8 2013", b"rst cause:", b"boot mode:("),
        baud=74_880,
        next_step=_ESPTOOL,
    ),
    Voice(name="ESP32-C3", marks=(b"ESP-ROM:esp32c3-",), next_step=_ESPTOOL),
    Voice(name="ESP32-C2", marks=(b"ESP-ROM:esp8684-",), next_step=_ESPTOOL),
    Voice(name="ESP32-S2", marks=(b"ESP-ROM:esp32s2-",), next_step=_ESPTOOL),
    Voice(name="ESP32-S3", marks=(b"ESP-ROM:esp32s3-",), next_step=_ESPTOOL),
    Voice(name="ESP32-C6", marks=(b"ESP-ROM:esp32c6-",), next_step=_ESPTOOL),
    Voice(
        name="ESP32",
        marks=(b"ets Jun  8 2016", b"ets Jul 29 2019", b"(POWERON_RESET)"),
        next_step=_ESPTOOL,
    ),
    Voice(name=N_("another chip of Espressif"), marks=(b"ESP-ROM:",), next_step=_ESPTOOL),
    Voice(name="RTL8720C", marks=(b"Rtl8710c IoT Platform", b"$8710c>"), next_step=_LTCHIPTOOL),
    Voice(
        name="RTL8710B",
        marks=(b"ROM:[V0.1]", b"IMG1 DATA[", b"RTKWin(1000"),
        next_step=_LTCHIPTOOL,
    ),
    Voice(
        name=N_("another Ameba chip of Realtek"),
        marks=(b"[MODULE_BOOT-LEVEL_", b"[BOOT-I] ", b"#calibration_ok:["),
        next_step=_AMEBA,
    ),
    Voice(
        name="BL602",
        marks=(b"Starting bl602 now", b"Booting BL602", b"[Bouffalolab]"),
        baud=2_000_000,
        next_step=N_("This is no Beken chip: use bl602tool or the maker's bflb-mcu-tool."),
    ),
    Voice(
        name="LN882H",
        marks=(b"LN882H", b"ln882h", b"Mar 14 2021/00:23:32"),
        next_step=_LTCHIPTOOL,
    ),
    Voice(
        name="LN8825B",
        marks=(b"LN8825", b"ln8825", b"Jun 19 2019/21:01:04"),
        next_step=_EASY_FLASHER,
    ),
    Voice(
        name="W600",
        marks=(b"secboot running", b"PCCCCCCCC"),
        next_step=_XMODEM,
    ),
    Voice(
        name=N_("chip that waits for a file by XMODEM"),
        marks=(b"CCCCCCCCCCCCCCCC",),
        next_step=N_(
            "This is no Beken chip. The boot code of a W600 or W800 waits like this, and others: "
            "read the print on the chip."
        ),
    ),
    Voice(
        name="XR809",
        marks=(b"XRADIO Skylark", b"XR809", b"XR872"),
        next_step=N_("This is no Beken chip: use the maker's phoenixMC or xrflash."),
    ),
    Voice(name="BK7239N", marks=(b"BK7239N", b"bk7239n"), next_step=_ONLY_READ),
    Voice(name="BK7236", marks=(b"BK7236", b"bk7236"), next_step=_ONLY_READ),
    Voice(name="BK7258", marks=(b"BK7258", b"bk7258"), next_step=_ONLY_READ),
    Voice(
        name=N_("SSH or web server"),
        marks=(b" ESMTP ", b"(vsFTPd ", b"ProFTPD Server"),
        greets=(b"SSH-2.0-", b"SSH-1.99-", b"HTTP/1.", b"<html"),
        next_step=N_("Another kind of server listens there: check host and port number."),
    ),
    Voice(
        name=N_("computer with a login"),
        marks=(b" login: ", b"Password: ", b"U-Boot ", b"Linux version ", b"Login incorrect"),
        next_step=N_(
            "A computer's console is on this port: choose another port, or stop its login there "
            "(systemctl stop serial-getty@ttyUSB0)."
        ),
    ),
)

#: what helps with a chip of which no text is known, but an answer (`link.probes`)
SILENT = {"BL702": _EASY_FLASHER, "BL616": _EASY_FLASHER, "W800": _XMODEM}


def next_step_of(name: str | None) -> str | None:
    """What helps with whom a voice or an answer named; None where nothing is known."""
    told = next((item.next_step for item in VOICES if item.name == name), None)
    return told or SILENT.get(name or "")


def voice_in(data: bytes) -> Voice | None:
    """Whose start-up text is in `data`; None if none that is known."""
    return next(
        (
            item
            for item in VOICES
            if data.startswith(item.greets) or any(mark in data for mark in item.marks)
        ),
        None,
    )
