"""What goes to strangers: the container, the add-on, the site's settings, the change log."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))


def read(path):
    return YAML(typ="safe").load((ROOT / path).read_text(encoding="utf-8"))


def test_the_add_on_is_one():
    """Home Assistant's documentation names these fields as required."""
    found = read("packaging/home-assistant/plugsmith/config.yaml")
    assert {"name", "version", "slug", "description", "arch"} <= set(found)
    assert found["version"] == project()["version"]
    assert re.fullmatch(r"[-_.A-Za-z0-9]+", found["slug"])
    assert set(found["arch"]) <= {"aarch64", "amd64"}
    assert found["uart"] is True
    assert "name" in read("packaging/home-assistant/repository.yaml")


def test_containers_install_by_the_lock_and_run_the_page():
    for name in ("container/Containerfile", "home-assistant/plugsmith/Dockerfile"):
        text = (ROOT / "packaging" / name).read_text(encoding="utf-8")
        assert "--require-hashes" in text
        assert '"plugsmith", "ui", "--no-open"' in text
        assert '"--allow", "lan"' in text


def test_every_page_of_the_documentation_is_on_the_site():
    listed = set(re.findall(r"[\w/-]+\.md", (ROOT / "docs-site.yml").read_text(encoding="utf-8")))
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    english = {page for page in pages if not re.search(r"\.[a-z]{2}\.md$", page)}
    assert english | {"wiring.md", "api.md"} == listed
    for page in pages - english:
        assert page.replace(".pl.md", ".md") in english, page


def test_every_error_has_its_place_on_the_site_in_both_languages():
    from pages import error_codes

    codes = {kind.code for kind in error_codes.load_all_errors()}
    for language in ("en", "pl"):
        text = error_codes.page(language)
        assert codes <= set(re.findall(r"^### (PS-\S+)$", text, re.MULTILINE))
        assert not re.search(r"\{\w+:[^{}]*\|", text)


def test_lines_for_the_change_log_are_of_a_known_kind():
    kinds = {kind["directory"] for kind in settings()["towncrier"]["type"]}
    lines = {path for path in (ROOT / "changes").glob("*.md") if path.name != "README.md"}
    assert {path.name.split(".")[1] for path in lines} <= kinds
    endings = {path.read_text(encoding="utf-8").strip()[-1] for path in lines}
    assert endings <= {".", "`"}


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def settings():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
