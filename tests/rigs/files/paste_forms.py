"""Forms that a configuration takes on its way through logs, mails, forums, notebooks and tools."""

from __future__ import annotations

import base64
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


def shown_at(text: str, width: int, before: str) -> str:
    """Lines of a console, each behind what a program writes there; N counts."""
    lines = wrapped(text, width).split("\n")
    return "\n".join(before.replace("N", str(at)) + line for at, line in enumerate(lines, 31))


def in_marks(text: str, width: int, joint: str) -> str:
    """A text as source code has it, in pieces."""
    return joint.join(repr(text[at : at + width]) for at in range(0, len(text), width))


def each_pair(form: str) -> str:
    """The pairs of the configuration, each on a line of this form."""
    pairs = json.loads(JSON).items()
    return "\n".join(form.replace("K", key).replace("V", str(val)) for key, val in pairs)


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
    "log, seconds of a clock": shown_at(LOG, 80, "17000000N.123: "),
    "log, a time with its zone": shown_at(LOG, 80, "2024-05-01T10:20:N.123Z "),
    "log of a daemon": shown_at(LOG, 80, "May 01 10:20:N pi picocom[123]: "),
    "log of another firmware": shown_at(LOG, 80, "[10:20:N][D][uart:123]: "),
    "log, milliseconds": shown_at(LOG, 80, "   N9 ms  "),
    "log from its bracket on": LOG[LOG.index("[,") :],
    "log that ends in a bracket": LOG[:-1] + "]",
    "no first brace": TEXT[1:],
    "no last brace": TEXT[:-1],
    "no brace at all": TEXT[1:-2],
    "in parentheses": f"({TEXT[1:-1]})",
    "markdown": TEXT.replace("_", "\\_"),
    "rich text": r"{\rtf1\ansi {\fonttbl{\f0 Arial;}}\f0 " + TEXT.replace("{", r"\{") + r"\par}",
    "a page of a page": f"<pre>{html.escape(html.escape(TEXT))}</pre>".replace(":", "&amp;#58;"),
    "full width": "".join(chr(ord(char) + 0xFEE0) if char != " " else char for char in TEXT),
    "hyphens of a page": TEXT[:50] + "-\n" + TEXT[50:90] + "\u00ad\n" + TEXT[90:],
    "pieces in Python": f"text = (\n    {in_marks(TEXT, 50, chr(10) + '    ')}\n)",
    "pieces in JavaScript": f"var text = {in_marks(TEXT, 50, ' +' + chr(10) + '  ')};",
    "letters as numbers": "".join(f"\\u{ord(char):04x}" for char in TEXT),
    "numbers": str(list(TEXT.encode())),
    "an address in an address": urllib.parse.quote(urllib.parse.quote(TEXT)),
    "base64 of base64": base64.b64encode(base64.b64encode(TEXT.encode())).decode(),
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
    "other quotes": JSON.replace('"', "\u275d"),
    "accents as quotes": JSON.replace('"', "\u00b4"),
    "doubled apostrophes": JSON.replace('"', "''"),
    "numbers of JSON5": JSON.replace(": 26", ": 0x1A").replace(": 10", ": +10"),
    "texts of old Python": repr(json.loads(JSON)).replace("'WB2S'", "u'WB2S'"),
    "ordered": f"OrderedDict({list(json.loads(JSON).items())!r})",
    "call": "dict(" + ", ".join(f"{key}={val!r}" for key, val in json.loads(JSON).items()) + ")",
    "PHP": "array("
    + ", ".join(f"'{key}' => '{val}'" for key, val in json.loads(JSON).items())
    + ")",
    "Lua": "{" + ", ".join(f'["{key}"] = "{val}"' for key, val in json.loads(JSON).items()) + "}",
    "names and values": json.dumps([{"name": k, "value": v} for k, v in json.loads(JSON).items()]),
    "table with back quotes": each_pair("| `K` | `V` |"),
    "variables": each_pair("export K='V'"),
    "YAML with comments": each_pair("    K: 'V'  # of the board"),
    "typed arrows": each_pair("K \u2192 V"),
    "dots": each_pair("K ..... V"),
    "search": shown_at(JSON, 999, "").replace("\n", "\nx.json:7:"),
    "speaker": each_line(JSON, "JD> "),
    "chat": each_line(JSON, "[12/05/2024, 10:11:12] Bob: "),
    "editor": "\n".join(f"  {n} {line}" for n, line in enumerate(JSON.split("\n"), 1)) + "\n~\n~",
    "carriage returns shown": JSON.replace("\n", "^M$\n"),
    "quoted printable, blanks too": quopri.encodestring(JSON.encode(), quotetabs=True).decode(),
    "no crc": "{rl1_pin:26,rl1_lv:1,bt1_pin:10,\n  bt1_lv:0,module:WB2S,}\n",
}
FORMS = (*TEXT_FORMS.values(), *JSON_FORMS.values(), LINES)
