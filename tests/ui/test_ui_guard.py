"""An outsider's attack list: foreign pages, names that lead here, keys, paths, floods."""

from __future__ import annotations

import http.client
import socket
import sys

import pytest
from page_rig import Page, served

from plugsmith.api.session import Session
from plugsmith.errors.own.ui import UiCannotListen, UiMissing, UiNotLoopback
from plugsmith.library.library import Library
from plugsmith.ui.guard import Door
from plugsmith.ui.server import PageServer
from plugsmith.ui.verb import UiRequest, ui

CALLS = (
    ("GET", "/api/about"),
    ("GET", "/api/texts?lang=pl"),
    ("GET", "/api/handbook"),
    ("GET", "/api/handbook/linking"),
    ("GET", "/api/ports"),
    ("GET", "/api/jobs"),
    ("POST", "/api/jobs"),
    ("GET", "/api/jobs/x/events"),
    ("POST", "/api/jobs/x/answers"),
    ("POST", "/api/jobs/x/cancel"),
    ("PUT", "/api/files?name=x.bin"),
    ("GET", "/api/files?file=upload:a/b"),
    ("GET", "/api/practice"),
    ("POST", "/api/practice"),
    ("DELETE", "/api/practice?port=x"),
    ("POST", "/api/practice/press"),
    ("GET", "/api/no-such-call"),
)
OTHER_HOSTS = (
    "evil.example",
    "evil.example:{port}",  # a name of theirs that leads to loopback: DNS rebinding
    "127.0.0.1.evil.example:{port}",
    "127.0.0.1",  # our address, another port
    "127.0.0.1:1",
    "127.0.0.1:{port}0",
    "127.0.0.1:{port}@evil.example",
    "evil.example:{port}, 127.0.0.1:{port}",
    "localhost.:{port}",
    "192.168.1.10:{port}",
    "2130706433:{port}",
    "[::ffff:8.8.8.8]:{port}",
    "",
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with served(tmp_path_factory.mktemp("shared")) as page:
        yield page


@pytest.mark.parametrize("call", CALLS)
def test_no_call_is_answered_without_the_token(shared, call):
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer 0"}):
        refused = shared.call(*call, headers=headers, key=False)
        assert (refused.status, refused.code) == (401, "PS-UI-TOKEN")


def test_the_token_is_not_taken_from_an_address_a_cookie_or_another_scheme(shared):
    token = shared.server.door.token
    for path, headers in (
        (f"/api/about?token={token}", {}),
        ("/api/about", {"Cookie": f"token={token}"}),
        ("/api/about", {"Authorization": f"Basic {token}"}),
        ("/api/about", {"Authorization": token}),
        ("/api/about", {"Authorization": f"Bearer {token}x"}),
        ("/api/about", {"Authorization": f"Bearer {token[:-1]}"}),
    ):
        assert shared.call("GET", path, headers=headers, key=False).status == 401


def test_the_token_of_an_earlier_run_is_refused_and_each_run_has_128_bits_of_its_own(tmp_path):
    with served(tmp_path / "a") as first, served(tmp_path / "b") as second:
        assert first.server.door.token != second.server.door.token
        assert len(first.server.door.token) >= 22
        old = {"Authorization": f"Bearer {first.server.door.token}"}
        assert second.call("GET", "/api/jobs", headers=old, key=False).code == "PS-UI-TOKEN"


@pytest.mark.parametrize("host", OTHER_HOSTS)
@pytest.mark.parametrize("path", ["/", "/api/about"])
def test_a_foreign_name_that_leads_here_is_refused(shared, host, path):
    named = host.format(port=shared.server.door.port)
    refused = shared.call("GET", path, headers={"Host": named})
    assert (refused.status, refused.code) == (403, "PS-UI-FOREIGN")


def test_two_host_headers_or_none_are_refused(shared):
    for heads in (f"Host: {shared.host}\r\nHost: evil.example", "X-Nothing: 1"):
        with socket.create_connection(("127.0.0.1", shared.server.door.port)) as link:
            link.sendall(f"GET / HTTP/1.1\r\n{heads}\r\nConnection: close\r\n\r\n".encode())
            assert link.makefile("rb").readline().split()[1] in {b"403", b"400"}


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "127.0.0.2"])
def test_our_own_names_are_known(shared, name):
    host = f"{name}:{shared.server.door.port}"
    assert shared.call("GET", "/", headers={"Host": host}, key=False).status == 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:1",
        "http://127.0.0.1",
        "http://localhost:{port}",  # the page was opened as 127.0.0.1
        "file://",
    ],
)
def test_another_origin_is_refused_even_with_the_token(shared, origin):
    sent = {"Origin": origin.format(port=shared.server.door.port)}
    for call in (("GET", "/api/about"), ("POST", "/api/jobs")):
        assert shared.call(*call, headers=sent).code == "PS-UI-FOREIGN"
    assert (
        shared.call("GET", "/api/about", headers={"Origin": f"http://{shared.host}"}).status == 200
    )


def test_a_request_that_another_site_made_is_refused(shared):
    for site in ("cross-site", "same-site"):
        assert shared.call("GET", "/api/about", headers={"Sec-Fetch-Site": site}).status == 403
    assert shared.call("GET", "/api/about", headers={"Sec-Fetch-Site": "same-origin"}).status == 200


def test_no_other_origin_is_ever_allowed_to_read(shared):
    preflight = shared.call(
        "OPTIONS",
        "/api/jobs",
        headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"},
        key=False,
    )
    assert preflight.status == 403
    answer = shared.call("GET", "/api/about")
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/", "/api/about", "/nothing", "/api/nothing"])
def test_every_answer_carries_the_policy_and_secrets_are_not_cached(shared, path):
    headers = shared.call("GET", path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == ("no-store" if path.startswith("/api/") else "no-cache")
    assert "server" not in headers


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/../../verb.py",
        "/assets/..%5c..%5cverb.py",
        "/static/index.html",
        "//etc/passwd",
        "/etc/passwd%00.js",
        "/verb.py",
    ],
)
def test_nothing_but_the_built_page_is_served(shared, path):
    assert shared.call("GET", path, key=False).status == 404


@pytest.mark.parametrize(
    "listen", ["0.0.0.0:0", "192.168.1.10:8080", "[::]:0", "example.com:80", "10.0.0.1:0"]
)
def test_an_address_that_others_can_reach_needs_a_named_permission(listen, tmp_path):
    session = Session(library=Library(tmp_path))
    with pytest.raises(UiNotLoopback) as refused:
        ui(session, UiRequest(listen=listen, no_open=True))
    assert refused.value.exit_code == 5
    assert refused.value.code == "PS-UI-NOT-LOOPBACK"


def test_with_the_permission_it_is_served_with_a_warning_and_still_no_name_is_trusted(tmp_path):
    session = Session(library=Library(tmp_path))
    session.cancel.cancel()  # serve for a moment only
    ui(session, UiRequest(listen="0.0.0.0:0", no_open=True, allow=("lan",)))
    kinds = [event.kind for event in session.sink]
    assert kinds == ["warning", "ready"]
    assert "token=" not in str(next(iter(session.sink)))
    door = Door(host="0.0.0.0", port=80, token="t")
    assert door.knows_host("192.168.1.10:80")
    assert not door.knows_host("evil.example:80")


def test_the_browser_opens_with_the_link_where_there_is_a_screen(monkeypatch, tmp_path):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)

    def run(**more):
        session = Session(library=Library(tmp_path))
        session.cancel.cancel()
        ui(session, UiRequest(**more))
        return next(event.url for event in session.sink if event.kind == "ready")

    run()
    assert opened == []  # over SSH: a text browser would take the terminal over
    monkeypatch.setenv("DISPLAY", ":0")
    run(no_open=True)
    assert opened == []
    assert run() == opened[0]


@pytest.mark.parametrize("listen", ["here", "127.0.0.1:x", "127.0.0.1:99999", "127.0.0.1:-1", ""])
def test_an_address_that_is_none_is_told(listen, tmp_path):
    with pytest.raises(UiCannotListen) as told:
        ui(Session(library=Library(tmp_path)), UiRequest(listen=listen, no_open=True))
    assert told.value.code == "PS-UI-ADDRESS"


def test_a_taken_port_is_told(shared, tmp_path):
    with pytest.raises(UiCannotListen):
        PageServer(Library(tmp_path), host="127.0.0.1", port=shared.server.door.port)


def test_without_the_extra_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UiMissing) as told:
        ui(Session(library=Library(tmp_path)), UiRequest(no_open=True))
    assert (told.value.code, int(told.value.exit_code)) == ("PS-UI-MISSING", 2)
    assert "-m pip install" in told.value.hint


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b"\xff\xfe\x00", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"verb":' + b"[" * 5000 + b"]" * 5000 + b"}", "application/json"),
        (b'{"verb": NaN}', "application/json"),
        (b'{"verb": ["dump info"]}', "application/json"),
        (b'{"verb": "dump info", "request": 1}', "application/json"),
        (b'{"verb": "dump info", "request": {"file": 1}}', "application/json"),
        (b'{"verb": "dump info", "request": {"file": ["upload:a/b"]}}', "application/json"),
        (b'{"verb": "dump info", "request": {"file": {"a": {}}}}', "application/json"),
        (b'{"verb": "dump config", "request": {"files": "upload:a/b"}}', "application/json"),
        (b'{"verb": "dump config", "request": {"files": [[]]}}', "application/json"),
        (b'{"verb": "device scan", "request": {"host": {}}}', "application/json"),
        (b'{"verb": "dump info", "request": {"no": 1}}', "application/json"),
        (b'{"verb": "dump info", "request": {}}', "application/json"),
        (b'{"verb": "device scan", "secrets": {"other": "x"}}', "application/json"),
        (b'{"verb": "device scan", "request": {"at_once": 1e999}}', "application/json"),
        (b'{"verb": "dump info"}', "text/plain"),  # what a form of another page can send
        (b"verb=dump+info", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_no_request_is_told(shared, body, kind):
    refused = shared.call("POST", "/api/jobs", body, headers={"Content-Type": kind})
    assert (refused.status, refused.code) == (400, "PS-UI-REQUEST")


def test_a_request_body_is_limited(shared):
    body = b'{"verb": "' + b"x" * (2 << 20) + b'"}'
    refused = shared.call("POST", "/api/jobs", body, headers={"Content-Type": "application/json"})
    assert (refused.status, refused.code) == (413, "PS-UI-TOO-LARGE")


class Endless:
    """A body of so many bytes, made as it is asked for; counts what was taken of it."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.taken = 0

    def __iter__(self):
        block = bytes(1 << 16)
        while self.left > 0:
            part = block[: self.left]
            self.left -= len(part)
            self.taken += len(part)
            yield part


def send(page: Page, path: str, body: Endless, **headers: str) -> tuple[int, Endless]:
    link = page.connect()
    try:
        link.putrequest("PUT", path)
        for name, value in (page.key | headers).items():
            link.putheader(name.replace("_", "-"), value)
        link.endheaders()
        try:
            for part in body:
                link.send(
                    b"%x\r\n%s\r\n" % (len(part), part)
                    if not headers.get("Content_Length")
                    else part
                )
        except OSError:
            pass  # the server has hung up
        try:
            return link.getresponse().status, body
        except (OSError, http.client.HTTPException):
            return 0, body  # its answer was lost with the connection
    finally:
        link.close()


def test_an_upload_of_two_gigabytes_is_cut_as_it_comes_and_nothing_stays(shared):
    two = 2 << 30
    status, body = send(shared, "/api/files?name=a.bin", Endless(two), Content_Length=str(two))
    assert status in {413, 0}
    assert body.taken < 32 << 20  # its length was said first: nothing of it is taken
    status, body = send(shared, "/api/files?name=b.bin", Endless(two), Transfer_Encoding="chunked")
    assert status in {413, 0}
    assert 64 << 20 <= body.taken < 128 << 20
    uploads = shared.server.files._roots["upload"]
    assert [path for path in uploads.rglob("*") if path.is_file()] == []
    assert shared.call("GET", "/api/about").status == 200


def test_a_connection_that_breaks_in_an_upload_leaves_nothing(shared):
    with socket.create_connection(("127.0.0.1", shared.server.door.port)) as link:
        head = (
            f"PUT /api/files?name=half.bin HTTP/1.1\r\nHost: {shared.host}\r\n"
            f"Authorization: {shared.key['Authorization']}\r\nContent-Length: 1000\r\n\r\n"
        )
        link.sendall(head.encode() + b"x" * 10)
    uploads = shared.server.files._roots["upload"]
    while [path for path in uploads.rglob("half.bin") if path.is_file()]:
        shared.call("GET", "/api/jobs")  # let the server see that its client has gone
    assert shared.call("GET", "/api/about").status == 200


def test_neither_the_server_s_own_words_nor_its_answers_hold_the_token(shared):
    assert shared.server.door.token not in repr(shared.server.door)
    assert shared.server.door.token not in str(shared.call("GET", "/api/about").json)
