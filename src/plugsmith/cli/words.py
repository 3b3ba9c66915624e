"""Where the words for each verb's result are: a function from the typed result to text."""

from __future__ import annotations

from plugsmith.cli.command import Words

_DEVICE = "plugsmith.cli.device.text"
_ONE = "plugsmith.cli.device.one_text"
_DUMP = "plugsmith.cli.dump.text"
_IMAGE = "plugsmith.cli.image.text"
_DUMP_FILES = "plugsmith.cli.dump.files_text"
_TEMPLATE = "plugsmith.cli.template.text"
_WIRE = "plugsmith.cli.wire.text"
_WRITE = "plugsmith.cli.wire.write_text"
_BACKUPS = "plugsmith.cli.backups.text"
_OBK = "plugsmith.cli.obk.text"

WORDS: dict[str, Words] = {
    "sim": Words(home="plugsmith.cli.sim.text", render="sim_text"),
    "ports": Words(home=_WIRE, render="ports_text"),
    "doctor": Words(home=_WIRE, render="doctor_text"),
    "console": Words(home=_WIRE, render="console_text"),
    "info": Words(home=_WIRE, render="info_text"),
    "backup": Words(home=_WIRE, render="backup_text"),
    "flash": Words(home=_WRITE, render="flash_text"),
    "restore": Words(home=_WRITE, render="write_text"),
    "read": Words(home=_WIRE, render="read_text"),
    "write": Words(home=_WRITE, render="write_text"),
    "health": Words(home="plugsmith.cli.wire.health_text", render="health_text"),
    "erase": Words(home=_WRITE, render="erase_text"),
    "verify": Words(home=_WIRE, render="verify_text"),
    "unbrick": Words(home="plugsmith.cli.wire.unbrick_text", render="unbrick_text"),
    "reset": Words(home=_WIRE, render="reset_text"),
    "dump config": Words(
        home="plugsmith.cli.dump.config_text",
        render="config_text",
        shown="plugsmith.cli.dump.shown:ConfigShown",
    ),
    "dump info": Words(home=_DUMP, render="info_text"),
    "dump records": Words(home=_DUMP, render="records_text"),
    "template search": Words(home=_TEMPLATE, render="hits_text"),
    "template show": Words(home=_TEMPLATE, render="entry_text"),
    "template match": Words(home=_TEMPLATE, render="match_text"),
    "template export": Words(home=_TEMPLATE, render="export_text"),
    "template contribute": Words(home=_TEMPLATE, render="contribute_text"),
    "template update": Words(home=_TEMPLATE, render="update_text"),
    "template lint": Words(home=_TEMPLATE, render="lint_text"),
    "device scan": Words(home=_ONE, render="scan_text"),
    "device info": Words(home=_ONE, render="info_text"),
    "device apply": Words(home=_ONE, render="apply_text"),
    "device undo": Words(home=_ONE, render="change_text"),
    "device backup": Words(home=_ONE, render="backup_text"),
    "device ota": Words(home=_ONE, render="ota_text"),
    "device calibrate": Words(home=_ONE, render="calibrate_text"),
    "device pins": Words(home=_ONE, render="pins_text"),
    "device list": Words(home=_DEVICE, render="list_text"),
    "device roll": Words(home=_DEVICE, render="roll_text"),
    "device plan": Words(home=_DEVICE, render="plan_text"),
    "device restore": Words(home=_DEVICE, render="restore_text"),
    "device command": Words(home=_DEVICE, render="command_text"),
    "device restart": Words(home=_DEVICE, render="restart_text"),
    "device logs": Words(home=_DEVICE, render="logs_text"),
    "device files": Words(home=_DEVICE, render="files_text"),
    "image boot": Words(home=_IMAGE, render="boot_text"),
    "image info": Words(home=_IMAGE, render="image_text"),
    "image convert": Words(home=_IMAGE, render="convert_text"),
    "image fetch": Words(home=_IMAGE, render="fetch_text"),
    "dump extract": Words(home=_DUMP_FILES, render="extract_text"),
    "dump repair": Words(home=_DUMP_FILES, render="repair_text"),
    "dump sanitize": Words(
        home=_DUMP_FILES,
        render="sanitize_text",
        shown="plugsmith.cli.dump.shown:SanitizeShown",
    ),
    "dump diff": Words(home=_DUMP_FILES, render="diff_text"),
    "dump forge": Words(home=_DUMP_FILES, render="forge_text"),
    "dump gpio": Words(home=_DUMP_FILES, render="gpio_text"),
    "obk config read": Words(home=_OBK, render="read_text"),
    "obk config write": Words(home=_OBK, render="write_text"),
    "obk config build": Words(home=_OBK, render="build_text"),
    "rf show": Words(home="plugsmith.cli.rf.text", render="show_text"),
    "rf save": Words(home="plugsmith.cli.rf.text", render="save_text"),
    "rf put-back": Words(home=_WRITE, render="write_text"),
    "rf set-mac": Words(home=_WRITE, render="write_text"),
    "rf rebuild": Words(home=_WRITE, render="write_text"),
    "backups list": Words(home=_BACKUPS, render="list_text"),
    "backups label": Words(home=_BACKUPS, render="label_text"),
    "backups export": Words(home=_BACKUPS, render="export_text"),
    "backups prune": Words(home=_BACKUPS, render="prune_text"),
    "ui": Words(home="plugsmith.cli.ui_text", render="ui_text"),
    "support": Words(home="plugsmith.cli.own.support_text", render="support_text"),
    "config show": Words(home="plugsmith.cli.own.config_text", render="config_text"),
    "demo": Words(home="plugsmith.cli.demo_text", render="demo_text"),
}
