"""What a verb's help shows beside its options: examples, and the page that says more."""

from __future__ import annotations

from dataclasses import dataclass

from plugsmith.messages import N_


@dataclass(frozen=True, slots=True)
class Guide:
    """`page` is the name of a page of the documentation; each example a command and its words."""

    page: str
    examples: tuple[tuple[str, str], ...]


CHIPS_AND_FILES: dict[str, Guide] = {
    "ports": Guide(
        "linking",
        (
            ("plugsmith ports", N_("the adapters, and the one that is used by itself")),
            ("plugsmith ports --ask", N_("what is on each of several, asked in turn")),
            ("plugsmith ports --watch", N_("which ones come and go, until Ctrl-C")),
        ),
    ),
    "doctor": Guide(
        "linking",
        (
            ("plugsmith doctor", N_("what is on the wire, and what to do")),
            ("plugsmith doctor --module WB2S", N_("draws where to solder; needs no adapter")),
        ),
    ),
    "console": Guide(
        "linking",
        (
            ("plugsmith console", N_("what the device prints on TX2; type commands, Ctrl-C ends")),
            ("plugsmith console --send reboot --seconds 20 -o boot.log", N_("one command, 20 s")),
        ),
    ),
    "info": Guide(
        "linking",
        (
            ("plugsmith info", N_("of the chip on the only adapter")),
            ("plugsmith info --port sim://bk7231n", N_("of a simulated chip")),
        ),
    ),
    "backup": Guide(
        "first-flash",
        (
            ("plugsmith backup", N_("into your library")),
            ("plugsmith backup -o plug.bin", N_("into a file")),
            (
                "plugsmith backup --port socket://bench.lan:4000 -b 460800",
                N_("over the network, no faster than that"),
            ),
        ),
    ),
    "flash": Guide(
        "first-flash",
        (
            ("plugsmith flash --dry-run OpenBK7231N_QIO.bin", N_("what would be done")),
            ("plugsmith flash --download", N_("the newest OpenBeken for the chip that is found")),
            (
                "plugsmith flash --template plug.json --wifi-ssid HOME",
                N_("with pins and network set up"),
            ),
        ),
    ),
    "restore": Guide(
        "restore",
        (
            ("plugsmith restore plug.bin", N_("everything as it was")),
            ("plugsmith restore --dry-run plug.bin", N_("what would be done")),
        ),
    ),
    "unbrick": Guide(
        "spi",
        (
            (
                "plugsmith unbrick --port serprog:///dev/ttyACM0",
                N_("with a boot loader out of your backups"),
            ),
            (
                "plugsmith unbrick --port serprog:///dev/ttyACM0 --image other.bin --dry-run",
                N_("out of a file; what would be done"),
            ),
        ),
    ),
    "read": Guide(
        "linking",
        (
            ("plugsmith read rf.bin --start 0x1D0000 --length 4k", N_("one sector")),
            ("plugsmith read efuse.bin --space efuse", N_("another memory of the chip")),
        ),
    ),
    "write": Guide(
        "restore",
        (("plugsmith write part.bin --start 0x132000", N_("after a backup, verified")),),
    ),
    "health": Guide(
        "restore",
        (
            ("plugsmith health", N_("erase and write times of free sectors")),
            ("plugsmith health --dry-run", N_("which sectors it would take")),
        ),
    ),
    "erase": Guide(
        "restore",
        (("plugsmith erase --start 0x1D0000 --length 64k --dry-run", N_("what would be erased")),),
    ),
    "verify": Guide(
        "restore",
        (
            ("plugsmith verify plug.bin", N_("the whole file")),
            ("plugsmith verify app.bin --start 0x11000", N_("from that address on")),
        ),
    ),
    "reset": Guide(
        "linking",
        (("plugsmith reset", N_("the chip starts its firmware")),),
    ),
    "backups list": Guide(
        "library",
        (("plugsmith backups list", N_("what you have, newest last")),),
    ),
    "backups label": Guide(
        "library",
        (('plugsmith backups label NAME "kitchen plug"', N_("a name to find it by")),),
    ),
    "backups export": Guide(
        "library",
        (("plugsmith backups export NAME -o plug.bin", N_("a copy with its passport")),),
    ),
    "backups prune": Guide(
        "library",
        (("plugsmith backups prune --help", N_("what may go, and what never does")),),
    ),
    "dump config": Guide(
        "pin-mapping",
        (
            ("plugsmith dump config plug.bin", N_("which pin does what, and the template")),
            ("plugsmith dump config dumps/", N_("of every file in a folder")),
            ("plugsmith dump config -", N_("of a text that you paste")),
        ),
    ),
    "dump info": Guide(
        "dump-formats",
        (("plugsmith dump info plug.bin", N_("what it is, and whether it is a backup")),),
    ),
    "dump records": Guide(
        "tuya-storage",
        (
            ("plugsmith dump records plug.bin", N_("without secrets")),
            ("plugsmith dump records plug.bin --show-secrets", N_("with them: do not share that")),
        ),
    ),
    "dump extract": Guide(
        "dump-formats",
        (
            (
                "plugsmith dump extract plug.bin -o parts",
                N_("partitions, code and records as files"),
            ),
        ),
    ),
    "dump repair": Guide(
        "dump-formats",
        (("plugsmith dump repair odd.bin -o plug.bin", N_("rotation, shift and padding undone")),),
    ),
    "dump sanitize": Guide(
        "sharing-a-dump",
        (
            (
                "plugsmith dump sanitize plug.bin -o share.bin",
                N_("without passwords, keys and names"),
            ),
            (
                "plugsmith dump sanitize plug.bin -o share.bin --secret-file words.txt",
                N_("and without words of your own"),
            ),
        ),
    ),
    "dump diff": Guide(
        "dump-formats",
        (("plugsmith dump diff before.bin after.bin", N_("by region and record")),),
    ),
    "dump forge": Guide(
        "dump-formats",
        (
            ("plugsmith dump forge -o practice.bin", N_("a made-up plug to practise with")),
            ("plugsmith dump forge -o odd.bin --damage rotated", N_("one whose dump went wrong")),
        ),
    ),
    "dump gpio": Guide(
        "gpio-trace",
        (("plugsmith dump gpio plug.bin", N_("runs its firmware (extra emu)")),),
    ),
    "image boot": Guide(
        "firmware-files",
        (
            ("plugsmith image boot OpenBK7231T_QIO.bin", N_("does it start? (extra emu)")),
            ("plugsmith image boot app.rbl --dump plug.bin", N_("on the flash in your backup")),
        ),
    ),
    "image info": Guide(
        "firmware-files",
        (("plugsmith image info FILE", N_("its kind, chip and version, from its bytes")),),
    ),
    "image convert": Guide(
        "firmware-files",
        (
            (
                "plugsmith image convert OpenBK7231N_QIO.bin --to ota -o update.rbl",
                N_("for an update over the network"),
            ),
        ),
    ),
    "image fetch": Guide(
        "firmware-files",
        (
            ("plugsmith image fetch", N_("lists the releases")),
            ("plugsmith image fetch --chip BK7231N", N_("downloads the right file")),
        ),
    ),
    "demo": Guide(
        "first-flash",
        (("plugsmith demo", N_("backup, pins, flash, proof: all of it, on a simulated plug")),),
    ),
    "sim": Guide(
        "simulator",
        (
            ("plugsmith sim --chip bk7231n", N_("a chip on a pseudo-terminal")),
            ("plugsmith sim --openbeken --count 5", N_("five running devices")),
            ("plugsmith sim --chip bk7231t --fault drop", N_("one on a bad wire")),
        ),
    ),
    "rf show": Guide(
        "restore",
        (("plugsmith rf show", N_("of the chip")), ("plugsmith rf show plug.bin", N_("of a dump"))),
    ),
    "rf save": Guide("restore", (("plugsmith rf save -o rf.bin", N_("calibration and address")),)),
    "rf put-back": Guide(
        "restore", (("plugsmith rf put-back plug.bin", N_("out of a backup of this very device")),)
    ),
    "rf set-mac": Guide(
        "restore", (("plugsmith rf set-mac C8:47:8C:12:34:56", N_("the calibration stays")),)
    ),
    "rf rebuild": Guide("restore", (("plugsmith rf rebuild", N_("the last resort")),)),
    "ui": Guide("first-flash", (("plugsmith ui", N_("opens the page in your browser")),)),
    "config show": Guide(
        "configuration",
        (
            ("plugsmith config show", N_("what holds, and where it comes from")),
            ("plugsmith config show --port COM5", N_("as if that were given")),
        ),
    ),
    "support": Guide(
        "support",
        (
            ("plugsmith support", N_("of the last run that failed")),
            ("plugsmith support info --port COM5", N_("runs that, and records the wire")),
        ),
    ),
}
