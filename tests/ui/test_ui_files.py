"""The page's files: handles instead of paths, hostile names, the library, what jobs make."""

from __future__ import annotations

import hashlib
import os
import re
from typing import get_args

import pytest
from page_rig import served

from plugsmith.api.options import parameters
from plugsmith.api.table import BY_NAME, VERBS
from plugsmith.ui import files as ui_files
from plugsmith.ui.fields import NOT_FOR_THE_PAGE, Role, role

BAD_NAMES = (
    "", ".", "..", "../x", "a/b", "a\\b", "/etc/passwd", "C:\\x", "a\0b", "a\nb", "a\x1b[2Jb",
    "con", "NUL.bin", "com1.txt", "x" * 201, "\u00e4" * 101, "   ",
)  # fmt: skip
ODD_NAMES = (
    "a b.bin", "ä€😀.bin", "<img src=x onerror=alert(1)>.bin", "'; DROP TABLE x;--.bin",
    "{{7*7}}.bin", "%2e%2e%2f.bin", "-rf.bin", "a\u202egnp.exe", "...x", "name:with:colons.bin",
)  # fmt: skip
BAD_HANDLES = (
    "", "upload:", "upload:..", "upload:../../etc/passwd", "upload:/etc/passwd", "upload:a",
    "output:../uploads/x/y", "output:x/../../uploads/a/b", "library:../secret",
    "library:backups/../../x", "library:backups/..", "library:", "library:backups-index.json",
    "library:jobs/x", "file:///etc/passwd", "/etc/passwd", "~/x", "-", "other:a/b",
    "upload:a//b", "upload:a/./b", "upload:a/b\0c", "UPLOAD:a/b", " upload:a/b",
)  # fmt: skip


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with served(tmp_path_factory.mktemp("shared")) as page:
        yield page


def get(page, handle):
    from urllib.parse import quote

    return page.call("GET", f"/api/files?file={quote(handle, safe='')}")


def test_what_is_put_is_got_back_to_the_byte_as_a_download(shared):
    data = bytes(range(256)) * 5
    answer = shared.call("PUT", "/api/files?name=dump.bin", data)
    assert answer.json["size"] == len(data)
    assert answer.json["sha256"] == hashlib.sha256(data).hexdigest()
    got = get(shared, answer.json["file"])
    assert got.bytes == data
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''dump.bin"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_stays_text(shared, name):
    handle = shared.put(name, b"x")
    got = get(shared, handle)
    assert got.bytes == b"x"
    shown = got.headers["content-disposition"].partition("''")[2]
    assert all(mark not in shown for mark in "<>\"'; \n")


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_is_a_path_is_refused(shared, name):
    from urllib.parse import quote

    refused = shared.call("PUT", f"/api/files?name={quote(name)}", b"x")
    assert (refused.status, refused.code) == (400, "PS-UI-FILE-NAME")


@pytest.mark.sample(6)
@pytest.mark.parametrize("handle", BAD_HANDLES)
def test_no_handle_leads_out_of_the_page_s_folders(shared, handle):
    assert get(shared, handle).code == "PS-UI-FILE-NAME"
    for verb, field in (("dump info", "file"), ("image info", "file"), ("template lint", "file")):
        refused = shared.call("POST", "/api/jobs", {"verb": verb, "request": {field: handle}})
        assert refused.code in {"PS-UI-FILE-NAME", "PS-UI-REQUEST"}  # text with a NUL is no text


def test_a_link_that_leads_out_is_not_followed(tmp_path):
    with served(tmp_path) as page:
        backups = tmp_path / "library" / "backups"
        backups.mkdir(parents=True)
        (tmp_path / "secret.bin").write_bytes(b"secret")
        (backups / "out.bin").symlink_to(tmp_path / "secret.bin")
        (backups / "folder").symlink_to(tmp_path)
        (backups / "mine.bin").write_bytes(b"mine")
        assert get(page, "library:backups/out.bin").code == "PS-UI-FILE-NAME"
        assert get(page, "library:backups/folder/secret.bin").code == "PS-UI-FILE-NAME"
        assert get(page, "library:backups/mine.bin").bytes == b"mine"
        assert get(page, "library:backups").code == "PS-UI-FILE-NAME"
        assert get(page, "library:backups/none.bin").status == 404
        os.mkfifo(backups / "pipe.bin")
        assert get(page, "library:backups/pipe.bin").status == 404  # and does not wait


def test_what_a_job_makes_lies_under_its_handle_and_events_name_no_path(shared):
    last = shared.run("dump forge", output="made.bin")
    assert last["type"] == "result", last
    handle = last["data"]["file"]
    assert handle.startswith("output:")
    assert handle.endswith("/made.bin")
    assert len(get(shared, handle).bytes) == 0x20_0000
    job = handle.partition(":")[2].partition("/")[0]
    assert str(shared.server.files._base) not in str(shared.events(job))
    found = shared.run("dump info", file=handle)
    assert found["type"] == "result"
    assert str(shared.server.files._base) not in str(found)


@pytest.mark.parametrize("name", ["../x.bin", "/tmp/x.bin", "a/b.bin", "upload:a/b", "~/x"])
def test_what_a_job_makes_cannot_be_put_elsewhere(shared, name):
    if name == "upload:a/b":
        name = "../uploads/x.bin"
    refused = shared.call("POST", "/api/jobs", {"verb": "dump forge", "request": {"output": name}})
    assert refused.code == "PS-UI-FILE-NAME"


@pytest.mark.parametrize(
    ("verb", "request_"),
    [
        ("device info", {"host": "@/etc/passwd"}),
        ("device info", {"host": "10.0.0.1,@/etc/passwd"}),
        ("device scan", {"where": " @x"}),
        ("obk config build", {"output": "x.bin", "mac": ["@/etc/passwd"]}),
        ("obk config build", {"output": "x.bin", "settings": ["wifi_password=file:/etc/passwd"]}),
        ("image convert", {"to": "qio", "output": "x", "key": "@/etc/passwd"}),
        ("image convert", {"to": "qio", "output": "x", "from_key": "@/etc/passwd"}),
        ("dump info", {"more": ["/etc/passwd"]}),
        ("dump sanitize", {"more": ["/etc/passwd"]}),
        ("write", {"port": "socket://a:1", "more": ["0x1000=/etc/passwd"]}),
        ("flash", {"port": "socket://a:1", "find": "@/etc/passwd"}),
        ("flash", {"port": "socket://a:1", "settings": ["wifi_password=file:/etc/passwd"]}),
        ("template match", {"device": "/etc/passwd"}),
        ("template match", {"device": "pyproject.toml"}),  # a file where the server was started
        ("template export", {"device": "../x", "to": "text"}),
        ("template update", {"origin": "/etc"}),
        ("template update", {"origin": "file:///etc/passwd"}),
        ("obk config read", {"source": "/etc/passwd"}),
        ("obk config read", {"source": "./x"}),
        ("dump config", {"files": ["-"]}),
        ("flash", {"port": "socket://a:1", "image": "firmware.bin"}),
        ("flash", {"port": "socket://a:1", "template": "automatic"}),
        ("rf show", {"file": "/etc/passwd"}),
        ("rf put-back", {"port": "socket://a:1", "backup": "/etc/passwd"}),
        ("backups export", {"output": "/tmp"}),
        ("flash", {"port": "socket://a:1", "trace": "/tmp/x"}),
        ("device files", {"host": "h", "action": "get", "name": "a", "local": "/tmp/x"}),
        ("device files", {"host": "h", "action": "put", "name": "a", "local": "/etc/passwd"}),
        ("info", {"port": "sim://bk7231t?flash=/etc/passwd"}),
        ("info", {"port": "/etc/passwd"}),
        ("info", {"port": "relative"}),
        ("info", {"port": "socket://a:1", "trace": "../x"}),
    ],
)
def test_a_plain_path_of_this_computer_is_refused(shared, verb, request_):
    needed = {item.name for item in parameters(BY_NAME[verb].request_type) if item.required}
    whole = {name: shared.put("a.bin", b"x") for name in needed - {"port", *request_}}
    request_ = whole | request_
    refused = shared.call("POST", "/api/jobs", {"verb": verb, "request": request_})
    assert (refused.status, refused.code) == (400, "PS-UI-FILE-NAME"), refused.bytes


def test_every_text_that_may_be_a_file_is_one_unless_it_is_said():
    """A new verb is safe before anybody thinks of the page."""
    word = re.compile(r"FILE|DUMP|BACKUP|a dump|A dump|MORE|RANGE|written as for")
    files = [
        (verb.name, item)
        for verb in VERBS
        if verb.name not in NOT_FOR_THE_PAGE
        for item in parameters(verb.request_type)
        if str in (item.plain_type, *get_args(item.plain_type))
        and word.search(f"{item.words.metavar} {item.words.help}")
    ]
    assert len(files) > 20
    plain = [(verb, item.name) for verb, item in files if role(verb, item, {}) is Role.PLAIN]
    assert plain == []


def test_uploads_together_are_bounded(page, monkeypatch):
    monkeypatch.setattr(ui_files, "MOST_TOGETHER", 1000)
    page.put("a", b"x" * 900)
    refused = page.call("PUT", "/api/files?name=b", b"x" * 200)
    assert (refused.status, refused.code) == (507, "PS-UI-FULL")
    page.put("c", b"x" * 100)
    monkeypatch.setattr(ui_files, "MOST_FILES", 3)
    assert page.call("PUT", "/api/files?name=d", b"").code == "PS-UI-FULL"


def test_the_page_s_files_are_private_and_go_with_the_server(tmp_path):
    with served(tmp_path) as page:
        page.put("a.bin", b"x")
        base = page.server.files._base
        assert base.stat().st_mode & 0o077 == 0
        assert all(path.stat().st_mode & 0o077 == 0 for path in base.rglob("*"))
    assert not base.exists()
