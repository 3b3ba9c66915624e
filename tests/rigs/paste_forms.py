"""Forms that a configuration takes on its way through logs, mails, forums, notebooks and tools."""

from __future__ import annotations

import html
import json
import quopri
import urllib.parse

from plugsmith.tuya.user_param import format_pin_text

CONFIG = {
    "rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 10, "bt1_lv": 0, "module": "WB2S", "jv": "1.1.5",
    "netled1_pin": 6, "netled1_lv": 0, "ch_num": 1, "irfunset": [[6, 2], [7, "1e"]],
}  # fmt: skip
TEXT = format_pin_text(CONFIG)
JSON = json.dumps({key: CONFIG[key] for key in list(CONFIG)[:8]}, indent=2)
LOG = f"[01-01 00:00:00 TUYA N][lr:0x1] json cfg:[,{TEXT[1:]}"
LINES = "[RELAY] - pin:26, io_drive:2\n[KEY] - pin:10, io_drive:1, type:0\n"


def wrapped(text: str, width: int) -> str:
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


def each_line(text: str, before: str) -> str:
    return "\n".join(before + line for line in text.split("\n"))


# Every form keeps all characters of the text, so that its CRC-7 must hold in the end.
TEXT_FORMS = {
    "plain": TEXT,
    "wrapped": wrapped(TEXT, 40),
    "wrapped at seven": wrapped(TEXT, 7),
    "crlf": wrapped(TEXT, 40).replace("\n", "\r\n"),
    "indented": wrapped(TEXT, 50).replace("\n", "\n      "),
    "reply": "On Monday A wrote:\n" + each_line(wrapped(TEXT, 60), "> ") + "\n\nThanks!",
    "reply to a reply": each_line(wrapped(TEXT, 60), ">> "),
    "fence": f"Here it is:\n```json\n{TEXT}\n```\nbye",
    "forum": f"[quote=somebody][code]{TEXT}[/code][/quote]",
    "page": f"<div><pre>{html.escape(TEXT)}</pre></div>",
    "zero width": TEXT[:20] + "\u200b" + TEXT[20:],
    "terminal colours": f"\x1b[32m{TEXT}\x1b[0m",
    "prompt": f"$ cat config\n{TEXT}\n$",
    "time stamps": each_line(wrapped(TEXT, 50), "12:34:56.789 -> "),
    "dated time stamps": each_line(wrapped(TEXT, 50), "[2024-01-02 12:34:56] "),
    "table": f"| user_param_key | {TEXT} |",
    "address": urllib.parse.quote(TEXT),
    "json string": json.dumps({"result": {"value": TEXT}}),
    "json string twice": json.dumps(json.dumps({"value": TEXT})),
    "notebook": json.dumps({"cells": [{"outputs": [{"text": wrapped(TEXT, 30).split("\n")}]}]}),
    "doubled": f"{TEXT}\n{TEXT}\n",
    "log": LOG + "\nsomething else\n" + LINES,
    "log in a console": each_line(wrapped(LOG, 60), "[12:00:01] "),
    "storage of another tool": json.dumps({"user_param_key": TEXT, "gw_di": {"swv": "1.0"}}),
}
JSON_FORMS = {
    "plain": JSON,
    "window of another program": f"{JSON}\n\nDevice configuration, as extracted:\n- Relay on P26\n",
    "typographic quotes": JSON.replace('"', "\u201d"),
    "hard blanks": JSON.replace(" ", "\u00a0"),
    "python": repr(json.loads(JSON)),
    "javascript": "const x = {rl1_pin: 26, // relay\n rl1_lv: 1, bt1_pin: 10, module: 'WB2S',};",
    "python with words": "cfg = {'rl1_pin': 26, 'rl1_lv': True, 'x': None, 'module': 'WB2S'}",
    "equals": "{rl1_pin=26, rl1_lv=1, module=WB2S}",
    "semicolons": "{rl1_pin:26;rl1_lv:1;module:WB2S}",
    "missing commas": JSON.replace(",\n", "\n"),
    "comments": "/* mine */ " + JSON.replace("26,", "26, # relay"),
    "entities": "<p>" + html.escape(JSON).replace("\n", "<br>\n") + "</p>",
    "escaped": json.dumps(JSON),
    "escaped without quotes": JSON.replace('"', '\\"').replace("\n", "\\n"),
    "quoted printable": quopri.encodestring((JSON + "\n" + "x" * 99).encode()).decode(),
    "line numbers": "\n".join(f"{n:3}: {line}" for n, line in enumerate(JSON.split("\n"), 1)),
    "patch": each_line(JSON, "+"),
    "notebook": json.dumps({"cells": [{"source": JSON.splitlines(keepends=True)}]}),
    "storage": json.dumps({"gw_di": {"s_id": "x"}, "user_param_key": json.loads(JSON)}),
    "device and storage": json.dumps({"storage": {"user_param_key": json.loads(JSON)}}),
    "published profile": json.dumps({"name": "x", "device_configuration": json.loads(JSON)}),
    "result": json.dumps({"command": "dump config", "data": {"config": json.loads(JSON)}}),
    "no crc": "{rl1_pin:26,rl1_lv:1,bt1_pin:10,\n  bt1_lv:0,module:WB2S,}\n",
}
FORMS = (*TEXT_FORMS.values(), *JSON_FORMS.values(), LINES)
