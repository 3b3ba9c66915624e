"""`image fetch` against a local server with a release list of the recorded shape.

The server is slow, cuts off, lies about digests, limits requests and misses files; the real client
talks to it over the loopback.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import later_images
import pytest

from plugsmith.chips.catalog import chip
from plugsmith.chips.model import KeyClass
from plugsmith.cli.image.text import fetch_text
from plugsmith.clock import RealClock, VirtualClock
from plugsmith.errors import Cancelled, NothingFound, UsageError
from plugsmith.errors.flows import NoImage
from plugsmith.errors.image import ImageDamaged
from plugsmith.errors.library import CacheUnusable
from plugsmith.errors.network import (
    AnswerUnusable,
    DigestDiffers,
    DownloadCutOff,
    DownloadTooSlow,
    RateLimited,
    ServerRefused,
    ServerUnreachable,
)
from plugsmith.events import CancelToken, EventLog, Progress, TaskEnd
from plugsmith.flows.image.fetch import FetchRequest, fetch, pick_cached
from plugsmith.forge.firmware import forge_app, forge_openbeken_qio
from plugsmith.lan.releases import DownloadTimeouts
from plugsmith.library.releases import ReleaseCache
from plugsmith.openbeken.builds.variants import VARIANTS, variant_called

SMALL = 0x4000
T_QIO = "OpenBK7231T_QIO_{}.bin"
N_QIO = "OpenBK7231N_QIO_{}.bin"


def build(version):
    """The files of one release, by name."""
    return {
        T_QIO.format(version): forge_openbeken_qio("BK7231T", version, code_len=SMALL),
        f"OpenBK7231T_UA_{version}.bin": forge_app("BK7231T", version=version, code_len=SMALL),
        N_QIO.format(version): forge_openbeken_qio("BK7231N", version, code_len=SMALL),
        f"OpenBK7231M_QIO_{version}.bin": forge_openbeken_qio("BK7231M", version, code_len=SMALL),
        f"OpenBK7231T_QIO_{version}_tuyaMCU.bin": b"another variant",
        f"OpenBK7231T_ALT_QIO_{version}.bin": b"another SDK",
        f"OpenBL602_{version}.bin": b"another platform",
    }


class QuietServer(ThreadingHTTPServer):
    """A client that hangs up in the middle is part of these tests, not news."""

    def handle_error(self, request, client_address):
        pass


class Hosting:
    """A release server on the loopback; the attributes say how it misbehaves."""

    def __init__(self):
        self.files = {"1.18.299": build("1.18.299"), "1.18.300": build("1.18.300")}
        self.files["1.19.0-alpha"] = {}
        self.requests = []
        self.list_status = 200
        self.list_headers = {}
        self.list_body = None
        self.file_status = 200
        self.cut_at = None
        self.stall_s = 0.0
        self.drip_s = 0.0
        self.altered = False
        self.wrong_digest = False
        self.no_digest = False
        self.redirect_to = None
        hosting = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_args):
                pass

            def do_GET(self):
                hosting.requests.append(self.path)
                if self.path.startswith("/repos/"):
                    hosting.answer_list(self)
                else:
                    hosting.answer_file(self)

        self.server = QuietServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def listing(self):
        releases = []
        for tag, files in self.files.items():
            assets = []
            for name, data in files.items():
                digest = hashlib.sha256(b"lie" if self.wrong_digest else data).hexdigest()
                assets.append(
                    {
                        "name": name,
                        "label": "",
                        "state": "uploaded",
                        "content_type": "application/octet-stream",
                        "size": len(data),
                        "digest": None if self.no_digest else f"sha256:{digest}",
                        "download_count": 3,
                        "browser_download_url": f"{self.url}/download/{tag}/{name}",
                    }
                )
            releases.append(
                {
                    "tag_name": tag,
                    "name": tag,
                    "draft": False,
                    "prerelease": "-" in tag,
                    "published_at": "2026-08-01T10:00:00Z",
                    "assets": assets,
                }
            )
        return releases

    def answer_list(self, request):
        body = self.list_body
        if body is None:
            body = json.dumps(self.listing()).encode()
        self.send(request, self.list_status, body, self.list_headers)

    def answer_file(self, request):
        if self.redirect_to:
            self.send(request, 302, b"", {"Location": self.redirect_to})
            return
        _, _, tag, name = request.path.split("/")
        data = self.files[tag][name]
        if self.altered:
            data = data[:-1] + bytes([data[-1] ^ 1])
        if self.file_status != 200:
            self.send(request, self.file_status, b"no")
            return
        request.send_response(200)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        time.sleep(self.stall_s)
        if self.cut_at is not None:
            request.wfile.write(data[: self.cut_at])
            request.close_connection = True
            return
        if self.drip_s:
            for at in range(0, len(data), 0x4000):
                try:
                    request.wfile.write(data[at : at + 0x4000])
                except OSError:
                    return
                time.sleep(self.drip_s)
            return
        request.wfile.write(data)

    @staticmethod
    def send(request, status, body, headers=None):
        request.send_response(status)
        for name, value in (headers or {}).items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


@pytest.fixture
def hosting():
    server = Hosting()
    yield server
    server.close()


@pytest.fixture
def cache(tmp_path):
    return ReleaseCache(tmp_path / "cache")


def run(hosting, cache, *, clock=None, cancel=None, sink=None, **wishes):
    wishes.setdefault("server", hosting.url if hosting else None)
    wishes.setdefault("patience", DownloadTimeouts(connect_s=60, read_s=60))
    return fetch(
        FetchRequest(**wishes),
        cache=cache,
        clock=clock or RealClock(),
        sink=sink or EventLog(),
        cancel=cancel or CancelToken(),
    )


def test_only_listing_downloads_nothing(hosting, cache):
    data = run(hosting, cache)
    assert [item.version for item in data.releases] == ["1.18.300", "1.18.299"]
    names = [item.name for item in data.releases[0].assets]
    assert T_QIO.format("1.18.300") in names
    assert "OpenBL602_1.18.300.bin" not in names
    assert data.file is None
    assert [path for path in hosting.requests if "download" in path] == []


@pytest.mark.parametrize(
    ("name", "wanted"), [("BK7231T", T_QIO), ("wb2s", T_QIO), ("BK7231N", N_QIO)]
)
def test_the_right_file_for_a_chip_with_its_provenance(hosting, cache, name, wanted):
    sink = EventLog()
    data = run(hosting, cache, chip=name, sink=sink)
    content = hosting.files["1.18.300"][wanted.format("1.18.300")]
    assert data.asset == wanted.format("1.18.300")
    assert (data.digest, data.downloaded) == ("ok", True)
    assert data.sha256 == hashlib.sha256(content).hexdigest()
    held = cache.find("openshwprojects/OpenBK7231T_App", "1.18.300", data.asset)
    assert held.path.read_bytes() == content
    assert held.origin.url == f"{hosting.url}/download/1.18.300/{data.asset}"
    assert held.origin.fetched
    assert data.image.chip == chip(name).name
    assert any(isinstance(event, Progress) and event.done == len(content) for event in sink)
    assert any(isinstance(event, TaskEnd) and event.ok for event in sink)


def test_a_second_fetch_takes_the_cached_file(hosting, cache):
    run(hosting, cache, chip="BK7231T")
    before = len([path for path in hosting.requests if "download" in path])
    data = run(hosting, cache, chip="BK7231T")
    assert data.downloaded is False
    assert len([path for path in hosting.requests if "download" in path]) == before


def test_by_version_and_by_name(hosting, cache):
    data = run(hosting, cache, chip="BK7231T", version="1.18.299")
    assert data.version == "1.18.299"
    data = run(hosting, cache, asset="OpenBK7231T_UA_1.18.299.bin")
    assert (data.version, data.image.kind) == ("1.18.299", "app")


def test_offline_lists_and_finds_what_was_fetched(hosting, cache):
    run(hosting, cache, chip="BK7231T")
    hosting.close()
    data = run(None, cache, chip="BK7231T", offline=True)
    assert data.asset == T_QIO.format("1.18.300")
    assert data.downloaded is False
    cached = {item.name: item.cached for item in data.releases[0].assets}
    assert cached[T_QIO.format("1.18.300")] is True
    assert cached[N_QIO.format("1.18.300")] is False
    with pytest.raises(NothingFound):
        run(None, cache, chip="BK7231N", offline=True)


def test_offline_without_a_list_says_so(cache):
    with pytest.raises(NothingFound):
        run(None, cache, offline=True)


@pytest.mark.parametrize(
    ("wishes", "error"),
    [
        ({"version": "9.9.9"}, NothingFound),
        ({"asset": "OpenBK7231T_QIO_9.bin"}, NothingFound),
        ({"chip": "BK7231Q"}, NothingFound),
        ({"repo": "../../etc"}, UsageError),
        ({"repo": "no-slash"}, UsageError),
    ],
)
def test_what_does_not_exist(hosting, cache, wishes, error):
    with pytest.raises(error):
        run(hosting, cache, **wishes)


def test_a_server_that_is_not_there(hosting, cache):
    hosting.close()
    with pytest.raises(ServerUnreachable) as failure:
        run(hosting, cache, chip="BK7231T")
    assert failure.value.exit_code == 10


def test_a_slow_answer_ends_in_time(hosting, cache):
    hosting.stall_s = 3
    with pytest.raises(DownloadCutOff):
        run(hosting, cache, chip="BK7231T", patience=DownloadTimeouts(connect_s=60, read_s=0.2))
    assert cache.all_of("openshwprojects/OpenBK7231T_App") == []


def test_a_drip_that_would_never_end(hosting, cache):
    hosting.drip_s = 0.02
    clock = VirtualClock()

    class Drip(EventLog):
        def emit(self, event):
            super().emit(event)
            clock.sleep(60)  # every piece takes a minute of virtual time

    with pytest.raises(DownloadTooSlow):
        run(
            hosting,
            cache,
            chip="BK7231T",
            clock=clock,
            sink=Drip(),
            patience=DownloadTimeouts(connect_s=60, read_s=60, floor_per_s=1e6),
        )


@pytest.mark.sample(1)
@pytest.mark.parametrize("cut_at", [0, 1, 70_000])
def test_a_truncated_file(hosting, cache, cut_at):
    hosting.cut_at = cut_at
    with pytest.raises(DownloadCutOff) as failure:
        run(hosting, cache, chip="BK7231T")
    assert failure.value.facts["received"] == cut_at
    assert cache.all_of("openshwprojects/OpenBK7231T_App") == []
    hosting.cut_at = None
    assert run(hosting, cache, chip="BK7231T").downloaded is True


@pytest.mark.parametrize("how", ["altered", "wrong_digest"])
def test_a_file_that_is_not_what_the_release_says(hosting, cache, how):
    setattr(hosting, how, True)
    with pytest.raises(DigestDiffers) as failure:
        run(hosting, cache, chip="BK7231T")
    assert failure.value.exit_code == 7
    assert cache.all_of("openshwprojects/OpenBK7231T_App") == []


def test_without_a_published_digest_the_content_still_counts(hosting, cache):
    hosting.no_digest = True
    assert run(hosting, cache, chip="BK7231T").digest == "not-published"
    hosting.altered = True  # the last byte is inside the header's lines
    with pytest.raises(ImageDamaged):
        run(hosting, cache, chip="BK7231N")


def test_a_file_under_the_name_of_another_chip_is_not_kept(hosting, cache):
    files = hosting.files["1.18.300"]
    files[T_QIO.format("1.18.300")] = files[N_QIO.format("1.18.300")]
    with pytest.raises(ImageDamaged) as failure:
        run(hosting, cache, chip="BK7231T")
    assert "BK7231N" in failure.value.message


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1785700000"}, "2026-08-02"),
        (429, {"retry-after": "60"}, "60 seconds"),
        (429, {"x-ratelimit-reset": "99999999999999"}, "time being"),
    ],
)
def test_a_rate_limit_says_until_when(hosting, cache, status, headers, words):
    hosting.list_status, hosting.list_headers = status, headers
    with pytest.raises(RateLimited) as failure:
        run(hosting, cache)
    assert words in failure.value.message
    assert failure.value.exit_code == 10


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_a_refusal_names_its_number(hosting, cache, status):
    hosting.list_status = status
    with pytest.raises(ServerRefused) as failure:
        run(hosting, cache)
    assert str(status) in failure.value.message


def test_a_missing_file(hosting, cache):
    hosting.file_status = 404
    with pytest.raises(ServerRefused):
        run(hosting, cache, chip="BK7231T")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>sign in</html>",
        b"{}",
        b"[1]",
        b'[{"tag_name": "../x", "assets": []}]',
        b'[{"tag_name": "1", "assets": [{"name": "a", "size": "1"}]}]',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_an_answer_that_is_no_release_list(hosting, cache, body):
    hosting.list_body = body
    with pytest.raises(AnswerUnusable):
        run(hosting, cache)


def test_hostile_file_names_are_dropped(hosting, cache):
    hosting.files["1.18.300"]["../../evil.bin"] = b"x"
    data = run(hosting, cache)
    assert "evil" not in json.dumps(data.as_data())


@pytest.mark.parametrize("target", ["http://example.invalid/x", "file:///etc/passwd", "ftp://x/y"])
def test_a_redirect_to_an_open_line_is_not_followed(hosting, cache, target):
    hosting.redirect_to = target
    with pytest.raises((ServerUnreachable, AnswerUnusable)):
        run(hosting, cache, chip="BK7231T")


def test_cancelling_keeps_nothing(hosting, cache):
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        run(hosting, cache, chip="BK7231T", cancel=cancel)
    assert cache.all_of("openshwprojects/OpenBK7231T_App") == []


def test_a_cached_file_that_was_changed_is_not_used(hosting, cache):
    path = cache.folder / "openshwprojects__OpenBK7231T_App/1.18.300" / T_QIO.format("1.18.300")
    run(hosting, cache, chip="BK7231T")
    path.write_bytes(b"other")
    with pytest.raises(NoImage):
        pick_cached(cache, chip("BK7231T"), KeyClass.TUYA)
    assert run(hosting, cache, chip="BK7231T").downloaded is True


def test_a_broken_list_in_the_cache_is_a_typed_error(hosting, cache):
    run(hosting, cache)
    (cache.folder / "openshwprojects__OpenBK7231T_App/list.json").write_text("{]")
    with pytest.raises(CacheUnusable):
        run(None, cache, offline=True)


def test_picking_for_chip_and_key(hosting, cache):
    for name in (T_QIO, N_QIO, "OpenBK7231M_QIO_{}.bin"):
        for version in ("1.18.299", "1.18.300"):
            run(hosting, cache, asset=name.format(version))
    run(hosting, cache, asset="OpenBK7231T_UA_1.18.300.bin")
    picks = {
        (name, key): pick_cached(cache, chip(name), key).name
        for name, key in (
            ("BK7231T", KeyClass.TUYA),
            ("BK7231T", KeyClass.UNKNOWN),
            ("BK7231N", KeyClass.TUYA),
            ("BK7231N", KeyClass.NONE),
            ("BK7231M", KeyClass.NONE),
        )
    }
    assert picks == {
        ("BK7231T", KeyClass.TUYA): "OpenBK7231T_QIO_1.18.300.bin",
        ("BK7231T", KeyClass.UNKNOWN): "OpenBK7231T_QIO_1.18.300.bin",
        ("BK7231N", KeyClass.TUYA): "OpenBK7231N_QIO_1.18.300.bin",
        ("BK7231N", KeyClass.NONE): "OpenBK7231M_QIO_1.18.300.bin",
        ("BK7231M", KeyClass.NONE): "OpenBK7231M_QIO_1.18.300.bin",
    }
    for name, key in (
        ("BK7231N", KeyClass.OTHER),
        ("BK7231Q", KeyClass.NONE),
        ("BK7238", KeyClass.NONE),
    ):
        with pytest.raises(NoImage):
            pick_cached(cache, chip(name), key)


def test_flash_downloads_the_right_image_when_asked(hosting, tmp_path):
    from flows_rig import Rig

    from plugsmith.flows.wire.flash import flash

    rig = Rig(tmp_path, "BK7231T")
    wish = FetchRequest(server=hosting.url, patience=DownloadTimeouts(connect_s=60, read_s=60))
    outcome = flash(rig.ctx(yes=True), None, download=wish)
    assert (outcome.image.chip, outcome.verified) == ("BK7231T", True)
    assert [path.split("/")[-1] for path in hosting.requests if "download" in path] == [
        T_QIO.format("1.18.300")
    ]


def later_build(hosting, *, name="OpenBK7236_QIO_1.18.300.bin", data=b"\x12\x34" * 4096):
    hosting.files["1.18.300"][name] = data
    return name


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("chip_name", "prefix"),
    [("BK7236", "OpenBK7236"), ("bk7239n", "OpenBK7239N"), ("T3-U", "OpenBK7236")],
)
def test_a_build_for_a_chip_that_is_only_read_is_fetched_and_said_not_to_be_judged(
    hosting, cache, chip_name, prefix
):
    name = later_build(hosting, name=f"{prefix}_QIO_1.18.300.bin")
    sink = EventLog()
    data = run(hosting, cache, chip=chip_name, sink=sink)
    assert (data.asset, data.image) == (name, None)
    assert any("cannot be judged" in event.message for event in sink if event.kind == "log")
    with pytest.raises(NothingFound):
        run(hosting, cache, chip="BK7258")  # no build of it is known


@pytest.mark.parametrize("chip_name", ["BK7236", "BK7239N"])
@pytest.mark.parametrize("said", [True, False], ids=["OpenBeken's name in it", "the mark alone"])
def test_a_build_with_the_mark_of_such_chips_is_kept_and_named(hosting, cache, chip_name, said):
    app = later_images.firmware(
        loader=False, named=b"Open%s_1.18.300\0" % chip_name.encode() * said
    )
    image = later_images.firmware(loader=True).ljust(0x1_1000, b"\xff") + app
    name = later_build(hosting, name=f"Open{chip_name}_QIO_1.18.300.bin", data=image)
    found = run(hosting, cache, chip=chip_name)
    assert (found.asset, found.image.kind) == (name, "qio")
    assert chip_name in found.image.chips


def test_a_build_that_names_another_of_these_chips_is_not_kept(hosting, cache):
    app = later_images.firmware(loader=False, named=b"OpenBK7236_1.18.300\0")
    image = later_images.firmware(loader=True).ljust(0x1_1000, b"\xff") + app
    later_build(hosting, name="OpenBK7239N_QIO_1.18.300.bin", data=image)
    with pytest.raises(ImageDamaged):
        run(hosting, cache, chip="BK7239N")


def test_its_update_too(hosting, cache):
    name = later_build(hosting, name="OpenBK7239N_1.18.300.rbl")
    assert run(hosting, cache, chip="BK7239N", ota=True).asset == name


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "data",
    [b"<html>not found</html>" * 9, b"\xff" * 4096, b"PK\x03\x04" + bytes(range(1, 99)),
     forge_openbeken_qio("BK7231N", "1.18.300", code_len=SMALL), b"RBL\0" + bytes(4096)],
    ids=["page", "blank", "zip", "another chip", "damaged package"],
)  # fmt: skip
def test_what_is_surely_something_else_is_not_kept_under_its_name(hosting, cache, data):
    later_build(hosting, data=data)
    with pytest.raises(ImageDamaged):
        run(hosting, cache, chip="BK7236")


@pytest.mark.sample(3)
@pytest.mark.parametrize("variant", [item.name for item in VARIANTS])
def test_a_variant_is_fetched_in_any_case_and_told_with_what_it_adds_and_lacks(
    hosting, cache, variant
):
    name = f"OpenBK7231N_QIO_1.18.300_{variant}.bin"
    hosting.files["1.18.300"][name] = forge_openbeken_qio("BK7231N", "1.18.300", code_len=SMALL)
    for asked in (variant, variant.upper()):
        sink = EventLog()
        assert run(hosting, cache, chip="BK7231N", variant=asked, sink=sink).asset == name
        (told,) = [event.message for event in sink if event.kind == "log"]
        item = variant_called(variant)
        assert told.startswith(f"{variant}: {item.adds}")
        lacking = "without BL0937" if item.lacks else "what it leaves out is not known"
        assert lacking in told
    assert fetch_text(run(hosting, cache)).count(item.text) == 1


def test_a_variant_that_nobody_knows_here_is_told_as_such(hosting, cache):
    name = "OpenBK7231N_QIO_1.18.300_zigbee.bin"
    hosting.files["1.18.300"][name] = forge_openbeken_qio("BK7231N", "1.18.300", code_len=SMALL)
    sink = EventLog()
    assert run(hosting, cache, chip="BK7231N", variant="zigbee", sink=sink).asset == name
    assert any("nothing is known" in event.message for event in sink if event.kind == "log")
    with pytest.raises(NothingFound):
        run(hosting, cache, chip="BK7231N", variant="sensor")  # nearly one


def test_each_variant_has_evidence():
    for item in VARIANTS:
        assert item.evidence
        assert all(chip(name).openbeken_prefix for name in item.chips)
