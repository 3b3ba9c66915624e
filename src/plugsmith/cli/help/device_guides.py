"""The guides of the verbs about devices, settings and templates."""

from __future__ import annotations

from plugsmith.cli.help.guides import CHIPS_AND_FILES, Guide
from plugsmith.messages import N_

DEVICES: dict[str, Guide] = {
    "obk config read": Guide(
        "openbeken-config",
        (
            ("plugsmith obk config read plug.bin", N_("from a dump")),
            ("plugsmith obk config read @devices.txt", N_("from running devices")),
            ("plugsmith obk config read --port COM5", N_("from a chip on the wires")),
        ),
    ),
    "obk config write": Guide(
        "openbeken-config",
        (
            (
                "plugsmith obk config write plug.bin -o new.bin --set mqtt_host=10.0.0.2",
                N_("in a file"),
            ),
            ("plugsmith obk config write lamp.lan --name lamp", N_("in a running device")),
        ),
    ),
    "obk config build": Guide(
        "openbeken-config",
        (
            (
                "plugsmith obk config build --template p.json --mac 84:e3:42:01:02:03 -o s.bin",
                N_("for one device"),
            ),
            (
                "plugsmith obk config build --config all.toml --mac @macs.txt -o plug-{n}.bin",
                N_("for every row of a table"),
            ),
        ),
    ),
    "template search": Guide(
        "catalogue",
        (
            ("plugsmith template search kettle", N_("by a word")),
            ("plugsmith template search --module WB2S --meter BL0937", N_("by what is in it")),
        ),
    ),
    "template show": Guide(
        "catalogue",
        (("plugsmith template show ID", N_("all that is known of it")),),
    ),
    "template match": Guide(
        "catalogue",
        (
            ("plugsmith template match plug.bin", N_("the known devices that it is like")),
            ("plugsmith template match --host lamp.lan", N_("the same of a running device")),
        ),
    ),
    "template export": Guide(
        "catalogue",
        (
            ("plugsmith template export plug.bin", N_("an OpenBeken template")),
            ("plugsmith template export plug.bin --to esphome -o plug.yaml", N_("for ESPHome")),
        ),
    ),
    "template contribute": Guide(
        "catalogue",
        (
            (
                "plugsmith template contribute plug.bin --name Plug --vendor Acme --model A1",
                N_("an entry for the public list"),
            ),
        ),
    ),
    "template update": Guide(
        "catalogue",
        (("plugsmith template update --from devices.json", N_("imports a list")),),
    ),
    "template lint": Guide(
        "catalogue",
        (("plugsmith template lint plug.json", N_("what is wrong or risky in it")),),
    ),
    "device scan": Guide(
        "device",
        (
            ("plugsmith device scan", N_("your own network")),
            ("plugsmith device scan 192.168.1.20-60", N_("these addresses")),
            ("plugsmith device scan @devices.txt", N_("those in a list")),
        ),
    ),
    "device info": Guide(
        "device",
        (("plugsmith device info lamp.lan", N_("what it is and how it is")),),
    ),
    "device apply": Guide(
        "device",
        (
            ("plugsmith device apply 192.168.1.20 plug.json --dry-run", N_("what would change")),
            (
                "plugsmith device apply @devices.txt --set mqtt_host=10.0.0.2",
                N_("one setting on many"),
            ),
        ),
    ),
    "device undo": Guide(
        "device",
        (("plugsmith device undo lamp.lan", N_("what the latest change replaced")),),
    ),
    "device backup": Guide(
        "device",
        (
            ("plugsmith device backup lamp.lan", N_("settings, files and flash")),
            ("plugsmith device backup --all --keep 5", N_("of every device that was seen")),
        ),
    ),
    "device ota": Guide(
        "device",
        (
            (
                "plugsmith device ota lamp.lan --dry-run",
                N_("would the newest fetched release fit?"),
            ),
            ("plugsmith device ota @devices.txt update.rbl", N_("several, the first one alone")),
        ),
    ),
    "device calibrate": Guide(
        "device",
        (
            (
                "plugsmith device calibrate plug.lan --watts 2000 --volts 230",
                N_("with a kettle plugged in"),
            ),
        ),
    ),
    "device pins": Guide(
        "device",
        (
            ("plugsmith device pins plug.lan", N_("you watch and answer; all is put back")),
            ("plugsmith device pins plug.lan --pin 26", N_("only this pin")),
        ),
    ),
    "device list": Guide(
        "device",
        (
            ("plugsmith device list", N_("as they were seen last")),
            ("plugsmith device list --now", N_("as they are")),
        ),
    ),
    "device roll": Guide(
        "device",
        (("plugsmith device roll init -o roll.toml", N_("a roll of all that answers")),),
    ),
    "device plan": Guide(
        "device",
        (("plugsmith device plan roll.toml", N_("wanted against real")),),
    ),
    "device restore": Guide(
        "device",
        (
            ("plugsmith device restore lamp.lan FOLDER", N_("its own backup")),
            ("plugsmith device restore new.lan FOLDER --as-clone", N_("onto another device")),
        ),
    ),
    "device command": Guide(
        "device",
        (
            ('plugsmith device command lamp.lan "power on"', N_("one command")),
            ("plugsmith device command @devices.txt uptime", N_("on many")),
        ),
    ),
    "device restart": Guide(
        "device",
        (("plugsmith device restart lamp.lan", N_("and wait until it is back")),),
    ),
    "device logs": Guide(
        "device",
        (("plugsmith device logs lamp.lan -f", N_("until you press Ctrl-C")),),
    ),
    "device files": Guide(
        "device",
        (
            ("plugsmith device files lamp.lan", N_("lists them")),
            (
                "plugsmith device files lamp.lan put autoexec.bat start.bat",
                N_("stores one, read back"),
            ),
        ),
    ),
}
GUIDES: dict[str, Guide] = {**CHIPS_AND_FILES, **DEVICES}
