"""The static edition in Chromium: a simulated chip behind Web Serial, byte-equal with native."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from edition_page import CHROMIUM, Page, launched
from real_dumps import DUMPS, natively, placeless
from web_bench import EDITION, Bench, EditionServer

from plugsmith.flows.settings.settings_block import find_block
from plugsmith.forge.dump import FORUM_TEXT, forge_dump
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forged_mac
from plugsmith.forge.storage import StorageRequest
from plugsmith.sim.timing import SERVED

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
    pytest.mark.skipif(not (EDITION / "build.json").exists(), reason="make web was not run"),
]
NAME = "OpenBK7231T_QIO_1.18.300.bin"
TEMPLATE = b'{"pins": {"6": "Rel;1", "7": "WifiLED_n;1", "8": "Btn;1"}}'
OTHER_MAC = forged_mac("BK7231T", "another")
SAVE_LIBRARY = """async () => {
  const bytes = new Uint8Array(await (await plugsmith.library.save()).arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}"""
TAKE_LIBRARY = """(text) => plugsmith.library.take(
  new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))])
).catch((problem) => problem.line.code)"""
EMPTY_STORAGE = """async () => {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry("plugsmith-library", { recursive: true });
}"""
STORED_BACKUPS = """async () => {
  const root = await navigator.storage.getDirectory();
  const library = await root.getDirectoryHandle("plugsmith-library");
  const names = [];
  for await (const name of (await library.getDirectoryHandle("backups")).keys()) names.push(name);
  return names;
}"""
UNTIL_WRITING = """async (request) => {
  const job = await plugsmith.start("flash", request);
  let task = "";
  await new Promise((resolve, reject) => {
    const hear = (line) => {
      if (line.type === "task_begin") task = line.task;
      if (line.type === "ask") plugsmith.answer(job, line.id, true);
      if (line.type === "error") reject(new Error(JSON.stringify(line)));
      if (line.type === "progress" && task === "write" && line.done > 60000) resolve();
    };
    void plugsmith.events(job, 0, hear, new AbortController().signal);
  });
}"""


@pytest.fixture(scope="module")
def dump():
    wish = StorageRequest(chip="BK7231T", pin_text=FORUM_TEXT)
    return forge_dump(wish, mac=forged_mac("BK7231T")).data


@pytest.fixture(scope="module")
def image():
    return forge_openbeken_qio("BK7231T", version="1.18.300")


@pytest.fixture(scope="module")
def server():
    found = EditionServer()
    yield found
    found.close()


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def page(browser, server):
    """One page for all tests of this file: its start costs more than they do."""
    context = browser.new_context()
    found = Page(context, server)
    yield found
    assert found.errors == []
    context.close()


def _said(line):
    return line.get("code") or line["type"]


def test_a_dump_gives_its_pins_and_a_safe_copy_without_any_port(page, dump):
    file = page.put("forum.bin", dump)
    pins = page.run("dump config", files=[file])
    assert _said(pins) == "result"
    assert "relay" in json.dumps(pins["data"]).lower()
    safe = page.run("dump sanitize", file=file, output="safe.bin")
    assert safe["data"]["proof"]["secrets_left"] == 0
    assert hashlib.sha256(page.get(safe["data"]["file"])).hexdigest() == safe["data"]["sha256"]


@pytest.mark.corpus
@pytest.mark.skipif(not DUMPS, reason="the corpus is not there (PLUGSMITH_CORPUS)")
@pytest.mark.parametrize("dump", DUMPS[::10] or [Path("none")], ids=lambda dump: dump.stem)
def test_a_real_dump_gives_the_same_answer_as_on_a_computer(page, dump):
    """A sample; all of them: test_pyodide_corpus.py."""
    inside = page.run("dump config", files=[page.put(dump.name, dump.read_bytes())])
    outside = natively("dump config", {"files": (str(dump),)})
    assert placeless(inside["data"], dump.name) == placeless(outside, dump.name)


def test_backup_recovery_flash_and_verify_over_web_serial(page, server, dump, image):
    server.bench = Bench(dump)
    backup = page.run("backup", port=server.bench.port)
    assert _said(backup) == "result", backup
    assert page.get(backup["data"]["file"]) == dump
    assert server.bench.openings[0] == 115_200
    assert max(server.bench.openings) >= 921_600
    firmware = page.put(NAME, image)
    flashed = page.run("flash", port=server.bench.port, image=firmware)
    assert _said(flashed) == "result", flashed
    assert flashed["data"]["verified"] is True
    assert server.bench.flash[0x11000 : len(image)] == image[0x11000:]
    assert server.bench.flash[:0x11000] == dump[:0x11000]  # the loader stays
    restored = page.run("restore", port=server.bench.port, backup=backup["data"]["file"])
    assert _said(restored) == "result", restored
    assert server.bench.flash == dump


def test_nothing_is_erased_before_the_backup_is_a_file_of_the_user(browser, server, dump, image):
    # A browser session of its own: of a page that nobody clicks on, Chromium saves one file only,
    # and which tests were before this one must not decide.
    page = Page(browser.new_context(), server)
    server.bench = Bench(dump)
    firmware = page.put(NAME, image)
    refused = page.run("flash", port=server.bench.port, image=firmware, answer=False)
    assert _said(refused) == "PS-SAFETY-CONSENT", refused
    assert server.bench.flash == dump
    ask = next(line for line in page.lines if line["type"] == "ask")
    assert page.get(ask["file"]) == dump
    for _wait in range(300):  # what only ends a test that hangs is long
        if page.downloads:
            break
        page.tab.wait_for_timeout(200)
    saved = [Path(item.path()).read_bytes() for item in page.downloads]
    page.context.close()
    assert len(saved) == 1
    assert saved[0] == dump  # outside of a list: the difference of two is told in megabytes


def test_a_backup_that_was_stopped_goes_on_where_it_stopped(page, server):
    # a device of its own: of one with a backup little is read again
    wish = StorageRequest(chip="BK7231T", pin_text=FORUM_TEXT)
    dump = forge_dump(wish, mac=bytes.fromhex("c8478c00c0de")).data
    server.bench = Bench(dump)
    server.bench.slow_after = 150_000  # or the backup is whole before the page has said stop
    stopped = page.run("backup", port=server.bench.port, cancel_at=200_000)
    assert stopped.get("exit") == 130, stopped
    server.bench.slow_after = None
    backup = page.run("backup", port=server.bench.port, resume=True)
    assert backup["data"]["resumed"] > 0
    assert page.get(backup["data"]["file"]) == dump


@pytest.mark.parametrize("reopen_ms", [0, 50, 100, 200, 350])
def test_a_slow_opening_costs_no_speed(page, server, dump, reopen_ms):
    """Real time, so that a stall of the machine can cost a step: one of three tries must do it."""
    for _try in range(3):
        server.bench = Bench(dump, reopen_s=reopen_ms / 1000, waits=SERVED)
        found = page.run(
            "read",
            port=server.bench.port,
            start="0x0",
            length="0x1000",
            file="part.bin",
            baud=921_600,
        )
        assert _said(found) == "result", found
        assert page.get(found["data"]["file"]) == dump[:0x1000]
        if 921_600 in server.bench.openings:
            return
    pytest.fail(f"stayed slow: {server.bench.openings}")


def test_lines_that_pulse_cen_at_each_opening_are_noticed_and_cost_no_byte(page, server, dump):
    server.bench = Bench(dump, wired_cen=True)
    port = server.bench.port
    found = page.run("read", port=port, start="0x0", length="0x1000", file="cen.bin")
    assert _said(found) == "result", found
    assert page.get(found["data"]["file"]) == dump[:0x1000]
    assert "Changing the speed of this port resets the chip" in json.dumps(page.lines)
    before = len(server.bench.openings)
    again = page.run("read", port=port, start="0x0", length="0x1000", file="cen.bin")
    assert _said(again) == "result", again
    assert set(server.bench.openings[before:]) == {115_200}


def another(*words):
    """The dump of a device that no other test has backed up."""
    wish = StorageRequest(chip="BK7231T", pin_text=FORUM_TEXT)
    return forge_dump(wish, mac=forged_mac("BK7231T", *words)).data


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_settings_written_by_the_page_are_the_bytes_that_a_computer_writes(
    page, server, tmp_path, chip
):
    """Pins and network before the first boot, then another setting of the OpenBeken there."""
    wish = StorageRequest(chip=chip, pin_text=FORUM_TEXT)
    dump = forge_dump(wish, mac=forged_mac(chip, "settings")).data
    secrets = {"wifi_password": "a password of this test"}
    files = {
        "image": (NAME.replace("BK7231T", chip), forge_openbeken_qio(chip, version="1.18.300"))
    }
    files["template"] = ("plug.json", TEMPLATE)
    flash = {"wifi_ssid": "a network of this test", "name": "lamp"}
    change = {"settings": ["flag.31=on", "long_name=another name"]}

    server.bench = inside = Bench(dump, chip=chip.lower())
    given = {field: page.put(*file) for field, file in files.items()}
    answer = page.run("flash", port=inside.port, secrets=secrets, **given, **flash)
    assert _said(answer) == "result", answer
    assert answer["data"]["verified"] is True
    assert secrets["wifi_password"] not in json.dumps(page.lines)
    first = inside.flash
    answer = page.run("obk config write", port=inside.port, **change)
    assert _said(answer) == "result", answer

    outside = Bench(dump, chip=chip.lower())
    for field, (name, data) in files.items():
        given[field] = tmp_path / name
        given[field].write_bytes(data)
    outside.natively("flash", given | flash, secrets=secrets)
    assert first == outside.flash
    outside.natively("obk config write", {"settings": tuple(change["settings"])})
    assert inside.flash == outside.flash

    block = find_block(first, name="flash", chip=chip).told(show_secrets=True).config
    assert (block["wifi_ssid"], block["wifi_password"]) == (flash["wifi_ssid"], *secrets.values())
    assert block["short_name"] == flash["name"]
    block = find_block(inside.flash, name="flash", chip=chip).told(show_secrets=True).config
    assert block["long_name"] == "another name"


def test_a_cable_that_is_pulled_and_put_back_costs_nothing(page, server):
    dump = another("cable")
    server.bench = Bench(dump)
    server.bench.pull_after = 100_000
    backup = page.run("backup", port=server.bench.port)
    assert _said(backup) == "result", backup
    assert server.bench.pull_after is None  # it was pulled
    assert any(_said(line) == "PS-NOTE-PORT-BACK" for line in page.lines)
    assert page.get(backup["data"]["file"]) == dump


def test_a_write_that_a_reload_cut_in_two_goes_on_and_loses_nothing(page, server, image):
    dump = another("reload")
    server.bench = Bench(dump)
    firmware = page.put(NAME, image)
    request = {"port": server.bench.port, "image": firmware, "link_timeout": 30}
    page.tab.evaluate(UNTIL_WRITING, request)
    page.open()
    assert server.bench.flash != dump  # it was cut in the middle
    backups = page.run("backups list")["data"]["backups"]
    assert dump in [page.get(row["file"]) for row in backups]
    firmware = page.put(NAME, image)
    flashed = page.run("flash", port=server.bench.port, image=firmware)
    assert _said(flashed) == "result", flashed
    assert flashed["data"]["verified"] is True
    assert server.bench.flash[:0x11000] == dump[:0x11000]
    assert server.bench.flash[0x11000 : len(image)] == image[0x11000:]
    assert len(page.run("backups list")["data"]["backups"]) == len(backups)  # none of a torn chip


def test_a_full_storage_ends_the_job_before_anything_is_changed(page, server, image):
    dump = another("full")
    server.bench = Bench(dump)
    firmware = page.put(NAME, image)
    before = page.run("backups list")["data"]["backups"]
    used = page.tab.evaluate("navigator.storage.estimate().then((found) => found.usage)")
    quota = page.context.new_cdp_session(page.tab)
    place = {"origin": server.url.rstrip("/")}
    quota.send("Storage.overrideQuotaForOrigin", place | {"quotaSize": used + 100_000})
    try:
        refused = page.run("flash", port=server.bench.port, image=firmware)
        assert _said(refused) == "PS-LIBRARY-NO-SPACE", refused
        assert server.bench.flash == dump
    finally:
        quota.send("Storage.overrideQuotaForOrigin", place)
    page.open()
    after = page.run("backups list", check=True)["data"]["backups"]
    sound = {row["name"] for row in after if row["state"] == "sound"}
    assert {row["name"] for row in before} <= sound
    flashed = page.run("flash", port=server.bench.port, image=page.put(NAME, image))
    assert _said(flashed) == "result", flashed


def test_a_tab_in_the_background_goes_on(server, tmp_path):
    """No driver, which would keep the page visible: it drives itself, and another tab covers it."""
    dump = another("hidden")
    server.bench = Bench(dump)
    server.steps = [{"cover": True}]
    port = {"port": server.bench.port, "link_timeout": 60}
    server.steps.append({"verb": "backup", "request": port})
    command = [
        str(CHROMIUM), "--headless=new", "--no-sandbox", f"--user-data-dir={tmp_path}",
        "--remote-debugging-port=0", server.url,
    ]  # fmt: skip
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert server.covered.wait(120), "Chromium did not come up"
        number = (tmp_path / "DevToolsActivePort").read_text("ascii").splitlines()[0]
        call = Request(f"http://127.0.0.1:{number}/json/new?about:blank", method="PUT")
        urlopen(call, timeout=120).close()
        assert server.heard.wait(200), "the page said nothing"
    finally:
        browser.terminate()
        browser.wait(120)
        server.steps = []
    hidden, backup = server.told
    assert hidden == {"hidden": True}
    assert backup["data"]["sha256"] == hashlib.sha256(dump).hexdigest()


def test_what_no_browser_can_do_is_said_with_the_way_to_get_it(page):
    refused = page.tab.evaluate(
        "plugsmith.start('device scan', {}).then(() => null, (problem) => problem.line)"
    )
    assert refused["code"] == "PS-UI-NOT-IN-BROWSER"
    assert "plugsmith ui" in refused["hint"]


def test_settings_offer_nothing_that_a_page_alone_cannot_do(page):
    page.tab.evaluate("location.hash = '#/settings'")
    page.tab.get_by_text("Data format").wait_for()
    for words in ("Where firmware comes from", "Firmware emulator"):
        assert page.tab.get_by_text(words).count() == 0
    page.open()


def test_the_library_is_there_after_a_reload(page, server, dump):
    server.bench = Bench(dump)
    backup = page.run("backup", port=server.bench.port)
    page.open()
    listed = page.run("backups list")
    assert backup["data"]["file"] in [row["file"] for row in listed["data"]["backups"]]
    assert page.get(backup["data"]["file"]) == dump


def test_a_second_tab_takes_nothing_from_the_library_of_the_first(page, server, dump):
    second = Page(page.context, server)
    second.tab.get_by_text("Another tab has this page open").wait_for()
    server.bench = Bench(dump)
    assert page.run("backup", port=server.bench.port)["type"] == "result"
    kept = page.tab.evaluate(STORED_BACKUPS)
    assert kept
    server.bench = Bench(forge_dump(StorageRequest(chip="BK7231T"), mac=OTHER_MAC).data)
    second.run("backup", port=server.bench.port)  # a tab that keeps carries its whole library over
    assert set(page.tab.evaluate(STORED_BACKUPS)) >= set(kept)
    page.tab.close()
    second.open()  # and once the first is closed, the second has all of it
    assert second.tab.get_by_text("Another tab has this page open").count() == 0
    assert set(second.tab.evaluate(STORED_BACKUPS)) >= set(kept)
    page.tab = second.tab


def test_the_whole_library_goes_out_as_one_file_and_comes_back(page, server):
    dump = another("library")
    server.bench = Bench(dump)
    backup = page.run("backup", port=server.bench.port)["data"]
    before = page.run("backups list")["data"]["backups"]
    saved = base64.b64decode(page.tab.evaluate(SAVE_LIBRARY))
    page.tab.evaluate(EMPTY_STORAGE)
    page.open()
    assert page.run("backups list")["data"]["backups"] == []
    refused = page.tab.evaluate(TAKE_LIBRARY, base64.b64encode(saved[:-5]).decode())
    assert refused == "PS-UI-NO-LIBRARY"
    taken = page.tab.evaluate(TAKE_LIBRARY, base64.b64encode(saved).decode())
    assert taken["added"] > 0
    assert taken["differs"] == []
    after = page.run("backups list", check=True)["data"]["backups"]
    assert [row["name"] for row in after] == [row["name"] for row in before]
    assert {row["state"] for row in after} == {"sound"}
    assert page.get(backup["file"]) == dump
    stored = page.tab.evaluate(STORED_BACKUPS)  # in the browser's own storage, not in memory
    assert {row["name"] for row in after} <= {name.removesuffix(".bin") for name in stored}


def test_the_page_works_without_a_network_after_the_first_visit(page, server, dump):
    page.tab.evaluate("navigator.serviceWorker.ready.then(() => true)")
    server.online = False
    try:
        page.open()
        found = page.run("dump config", files=[page.put("again.bin", dump)])
        assert _said(found) == "result"
    finally:
        server.online = True
