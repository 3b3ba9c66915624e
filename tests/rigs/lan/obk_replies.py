"""What replies of an OpenBeken say, without what differs between two runs."""

from __future__ import annotations

import re
from typing import Any


def plain(text: str) -> str:
    """Without what differs between any two runs: uptimes, build times, random names."""
    for pattern, kept in (
        (r'("uptime_s":|"Uptime":|"UptimeSec":)\d+', r"\1N"),
        (r'"Uptime":"[^"]*"', '"Uptime":"T"'),
        (r"\w{3} \d\d \d{4} \d\d:\d\d:\d\d", "BUILD"),
        (r"http://127.0.0.1:\d+", "http://PLUG"),
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID"),
    ):
        text = re.sub(pattern, kept, text)
    return text


def essence(page: str) -> dict[str, Any]:
    """What a client can rely on in a page."""
    inputs = {
        (found["name"], found.get("value", ""), found.get("type", ""), " checked" in tag)
        for tag in re.findall(r"<input[^>]*>", page)
        for found in [dict(re.findall(r"(\w+)=[\"']([^\"']*)[\"']", tag))]
        if "name" in found and not found["name"].startswith(("r_", "s_"))
    }
    lines = [
        re.sub(r"counter: \d+|(?<=Channel )0 = 0.00, Channel ", "N", line)
        for line in re.findall(r"<h[35][^>]*>(.*?)</h[35]>", page)
        if re.match(r"\d+ drivers|Cfg size|Wifi RSSI|Toggled|Enabled|Disabled|Changed", line)
        or "safe mode" in line
        or "restart soon" in line
        or "unsafe init" in line
    ]
    levels = re.findall(r"P(\d\d): (NA|\d)", page)
    return {
        "title": re.findall(r"<title>(.*?)</title>", page),
        "inputs": inputs if len(inputs) > 1 else set(),
        "lines": lines,
        "area": re.findall(r"<textarea[^>]*>(.*?)</textarea>", page),
        "switches": re.findall(r"<td class='(on|off)'>(ON|OFF)</td>", page),
        "meter": re.findall(r"<b>(\w[\w ]*)</b></td>", page),
        "known levels": [item for item in levels if item[0] != "26"],
        "flags": re.findall(r"Flags \(Current value=(-?\d+)\)", page),
        "notes": re.findall(
            r"Web password has been changed|No changes detected|New MAC set|Command changed|"
            r"Pins update - \d+ reqs, \d+ changed|Webapp url set to [^<]*|Not found\.|LOG level "
            r"changed|(?:GET of|POST to) [\w/.]+|Content Length:\d+|Setting channel 1 start value "
            r"to -?\d+|Setting boot OK delay to \d+|Saved\.",
            page,
        ),
        "footer": re.findall(r"Device MAC: [0-9A-F:]+|Short name: \w+, Chipset \w+", page),
    }


def elements(document: str) -> list[tuple[str, str]]:
    return re.findall(r"<(\w+)>([^<]*)</\1>", plain(document))
