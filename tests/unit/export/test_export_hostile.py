"""Texts that want to be markup, commands, paths or simply huge: harmless in every output."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from plugsmith.errors.library import OutputExists
from plugsmith.export.exporters import EXPORTERS, exporter
from plugsmith.export.output import ExportOptions, OutputFile, one_line
from plugsmith.flows.catalogue.device_input import device_input_of_entry
from plugsmith.flows.catalogue.export import write_files
from plugsmith.library.catalogue.templates import ListOrigin, TemplateCatalogue

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = [
    "<script>alert(1)</script>",
    "</text></svg><svg onload=alert(1)>",
    "]]><!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "\x1b[31mred\x1b]0;title\x07",
    "line\nbreak\r\nesphome:\n  includes: /etc/passwd",
    "!include /etc/passwd",
    "!lambda 'return 1;'",
    "${wifi_password} $HOME `id` $(id)",
    "../../../../etc/passwd",
    "..\\..\\windows\\system32",
    "/etc/passwd",
    "CON",
    "\u202egnp.exe",
    "\ud800 lone surrogate",
    "| a | b |\n|---|---|",
    "```\n# heading\n```",
    "[link](javascript:alert(1)) ![x](http://x/y.png) @everyone",
    "key: [unclosed, {",
    "' OR 1=1 -- \"",
    "%s %n {0} {name}",
    "\x00\x01\x02",
    "😀" * 50,
    "x" * 10_000_000,
]
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def entry(text: str) -> dict[str, object]:
    return {
        "vendor": text,
        "name": text,
        "model": text,
        "chip": "BK7231N",
        "board": text,
        "keywords": [text, text],
        "pins": {"6": "Rel;1", "8": text, text[:100]: "Btn;1", "26": "Btn;1"},
        "flags": text,
        "command": text,
        "wiki": text,
        "image": text,
        "extra": text,
    }


@pytest.mark.sample(6)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_an_imported_entry_is_harmless_everywhere(text: str) -> None:
    with TemplateCatalogue(None) as catalogue:
        source = ListOrigin(name="x", kind="file", location="", licence="", fetched="")
        catalogue.import_entries(source, [entry(text)])
        (stored,) = catalogue.entries([1])
    assert re.fullmatch(r"x:[a-z0-9-]{1,72}", stored.key)
    if stored.entry.rejected:
        return
    subject = device_input_of_entry(stored)
    options = ExportOptions(
        title=stored.entry.title,
        vendor=subject.template.vendor,
        model=subject.template.model,
        template=subject.template,
    )
    for item in EXPORTERS:
        for file in item.render(subject.profile, options):
            check(item.name, file)


@pytest.mark.sample(6)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_title_of_the_user_is_harmless_too(text: str) -> None:
    from plugsmith.interpret.vendor.from_tuya import profile_from_tuya

    config = {"rl1_pin": 6, "bt1_pin": 8, "module": text[:5000], text[:50]: 1}
    options = ExportOptions(title=text, vendor=text, model=text, topic=text)
    rendered = 0
    for item in EXPORTERS:
        if item.name == "esphome" and profile_from_tuya(config).chip:
            continue  # a text that happens to look like a module of another chip
        for file in item.render(profile_from_tuya(config), options):
            check(item.name, file)
            rendered += 1
    assert rendered >= len(EXPORTERS) - 1


def check(name: str, file: OutputFile) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,90}\.[a-z]{2,4}", file.name)
    assert len(file.text) < 60_000
    file.text.encode("utf-8")  # no lone surrogates
    assert not CONTROL.search(file.text)
    checks = {"svg": check_svg, "esphome": check_yaml, "markdown": check_markdown}
    if name in checks:
        checks[name](file.text)
    if file.name.endswith(".json"):
        json.loads(file.text)


def check_svg(text: str) -> None:
    root = ET.fromstring(text)
    tags = {item.tag.rpartition("}")[2] for item in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "polyline", "text"}
    for item in root.iter():
        assert not [key for key in item.attrib if key.startswith("on") or "href" in key]
    assert "<!" not in text


def check_yaml(text: str) -> None:
    tags = set(re.findall(r"(?<=[ -])![a-z]\w*(?= \S+$)", text, re.MULTILINE))
    body = YAML(typ="rt").load(text)
    assert set(body) <= {
        "esphome",
        "bk72xx",
        "logger",
        "api",
        "ota",
        "wifi",
        "captive_portal",
        "switch",
        "binary_sensor",
        "output",
        "light",
    }
    assert set(body["esphome"]) == {"name", "friendly_name"}
    assert isinstance(body["esphome"]["friendly_name"], str)
    assert "$" not in body["esphome"]["friendly_name"]
    assert re.fullmatch(r"[a-z0-9-]{1,31}", body["esphome"]["name"])
    assert "!secret" in tags


def check_markdown(text: str) -> None:
    outside: list[str] = []
    fence = ""
    for line in text.splitlines():
        start = re.match(r"(`{3,})", line)
        if start and not fence:
            fence = start[1]
        elif fence and line == fence:
            fence = ""
        elif not fence:
            outside.append(line)
    assert not fence
    plain = "\n".join(outside)
    assert "<" not in plain
    assert not re.search(r"(?<!\\)[`!\[@$]", plain)
    assert all(line.count("|") - line.count("\\|") in {0, 4} for line in outside)


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil", "a/b.txt"])
def test_files_land_only_where_the_user_said(name: str, tmp_path: Path) -> None:
    """Exporters give plain names; a folder target joins nothing else."""
    options = ExportOptions(title=name)
    from plugsmith.interpret.vendor.from_tuya import profile_from_tuya

    files = exporter("text").render(profile_from_tuya({"rl1_pin": 6}), options)
    (written,) = write_files(files, tmp_path)
    assert written.startswith(str(tmp_path))
    assert "/" not in written[len(str(tmp_path)) + 1 :]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "mine.txt"
    target.write_text("mine")
    with pytest.raises(OutputExists):
        write_files([OutputFile(name="x.txt", text="new")], target)
    assert target.read_text() == "mine"


def test_one_line_is_one_line() -> None:
    assert one_line("a\nb\tc\x00d\u2028e") == "a b c d e"
    assert len(one_line("x" * 10_000_000)) == 400
