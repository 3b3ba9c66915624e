"""What goes to strangers: the container, the add-on, the site's settings, the change log."""

from __future__ import annotations

import json
import re
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

import check_release
import pythons
import release
from plugsmith.cli.app import app
from plugsmith.errors import concrete_errors

ROOT = Path(__file__).resolve().parents[2]


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


CONTAINERS = ("container/Containerfile", "home-assistant/plugsmith/Dockerfile")


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_is_of_a_pinned_base_and_installs_by_the_lock(name):
    steps = container(name)
    base = dict(word.split("=", 1) for word in steps["ARG"])
    assert len(steps["FROM"]) == 1
    pinned = base[steps["FROM"][0].strip("${}")]
    assert re.fullmatch(r"docker\.io/library/python:(3\.\d+)-slim@sha256:[0-9a-f]{64}", pinned)
    assert re.search(r":(3\.\d+)-", pinned)[1] in pythons.claimed()
    installs = [part for step in steps["RUN"] for part in step.split("&&") if "pip install" in part]
    assert len(installs) == 2
    assert all("--require-hashes" in part or "--no-deps" in part for part in installs)


def test_what_the_container_copies_is_there_or_is_made_by_a_release():
    for step in container(CONTAINERS[0])["COPY"]:
        source = step.split()[0]
        made = source.startswith("dist/release/") and source.endswith(".whl")
        assert made or (ROOT / source).is_file(), source


def test_the_container_runs_the_page_for_nobody_in_particular():
    steps = container(CONTAINERS[0])
    user = steps["USER"][-1]
    assert user not in ("root", "0")
    assert re.search(rf"useradd .*\b{user}\b", steps["RUN"][-1])
    assert "--groups dialout" in steps["RUN"][-1]  # serial adapters
    assert steps["VOLUME"] == [steps["ENV"][0].removeprefix("PLUGSMITH_HOME=")]
    assert f"-o {user} {steps['VOLUME'][0]}" in steps["RUN"][-1]


@pytest.mark.parametrize("name", CONTAINERS)
def test_the_command_of_a_container_is_one_of_ours_and_its_port_is_open(name):
    """`make test-release` runs it, as it is written, from the wheel."""
    steps = container(name)
    words = json.loads(steps["ENTRYPOINT" if "ENTRYPOINT" in steps else "CMD"][0])
    assert words[:2] == ["plugsmith", "ui"]
    whole = get_command(app)
    command = whole.get_command(whole.context_class(whole), "ui")
    context = command.make_context("ui", words[2:])
    host, port = context.params["listen"].split(":")
    assert (host, context.params["allow"]) == ("0.0.0.0", ["lan"])
    if name == CONTAINERS[0]:
        assert steps["EXPOSE"] == [port]
    else:
        assert f"{port}/tcp" in read("packaging/home-assistant/plugsmith/config.yaml")["ports"]


def test_a_release_is_tried_with_the_oldest_and_the_newest_python_that_are_claimed():
    claimed = pythons.claimed()
    assert project()["requires-python"] == f">={claimed[0]}"
    assert [int(number.partition(".")[2]) for number in claimed] == list(
        range(int(claimed[0][2:]), int(claimed[-1][2:]) + 1)
    )
    left = check_release.left_out({claimed[0]: "python"}, page=None)
    assert [number for number in claimed[1:] if f"Python {number} " not in " ".join(left)] == []
    assert "make web" in left[-1]
    assert check_release.left_out(dict.fromkeys(claimed, "python"), page=ROOT) == []


def test_sources_without_their_history_can_be_released(tmp_path, monkeypatch):
    monkeypatch.setattr(release, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert release.time_of_commit() == "315532800"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert release.time_of_commit() == "315532800"


def test_a_python_that_pyenv_keeps_is_found(tmp_path, monkeypatch):
    place = tmp_path / "versions" / "3.11.99" / "bin"
    place.mkdir(parents=True)
    (place / "python3.11").write_text("#!/bin/sh\necho 3.11\n")
    (place / "python3.11").chmod(0o755)
    broken = tmp_path / "versions" / "3.12.99" / "bin"
    broken.mkdir(parents=True)
    (broken / "python3.12").write_text("#!/bin/sh\nexit 1\n")
    (broken / "python3.12").chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path))
    monkeypatch.setenv("PATH", "/bin/nowhere")
    assert pythons.here() == {"3.11": str(place / "python3.11")}


def test_a_check_that_ends_in_an_error_has_failed(capsys):
    def ends():
        raise OSError("no room")

    with ThreadPoolExecutor(1) as pool:
        table = check_release.Table(pool)
        table.add("good", lambda: "")
        table.add("bad", ends)
        assert not table.close()
    assert "OSError: no room" in capsys.readouterr().out


def container(name):
    """Each instruction of a container file with what follows it."""
    text = (ROOT / "packaging" / name).read_text(encoding="utf-8").replace("\\\n", "")
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            found.setdefault(line.split()[0], []).append(line.split(maxsplit=1)[1])
    return found


def test_every_page_of_the_documentation_is_on_the_site():
    listed = set(re.findall(r"[\w/-]+\.md", (ROOT / "docs-site.yml").read_text(encoding="utf-8")))
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    english = {page for page in pages if not re.search(r"\.[a-z]{2}\.md$", page)}
    assert english | {"wiring.md", "api.md"} == listed
    for page in pages - english:
        assert page.replace(".pl.md", ".md") in english, page


def test_every_error_has_its_place_on_the_site_in_both_languages():
    from pages import error_codes

    codes = {kind.code for kind in concrete_errors()}
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
