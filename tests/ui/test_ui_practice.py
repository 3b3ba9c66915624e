"""Practice plugs: the whole journey over HTTP, and what hands and wires can do to it."""

from __future__ import annotations

import json

import pytest
from campaign_size import sampled

BOARDS = ("WB2S", "CB2S")


def start(page, board="WB2S", **more):
    answer = page.call("POST", "/api/practice", {"board": board, "fast": True, **more})
    assert answer.status == 201, answer.bytes
    return answer.json


def row(page, port):
    chips = page.call("GET", "/api/practice").json["chips"]
    return next(chip for chip in chips if chip["port"] == port)


def press(page, port, what):
    answer = page.call("POST", "/api/practice/press", {"port": port, "what": what})
    assert answer.status == 200, answer.bytes


def until(page, port, is_so):
    """The row when it is so; the plug lives by real time, a test waits for what must come."""
    for _look in range(6000):
        found = row(page, port)
        if is_so(found):
            return found
    raise AssertionError(found)


@pytest.mark.parametrize("board", BOARDS)
def test_the_whole_journey_to_a_switched_relay_and_measured_watts(page, board):
    plug = start(page, board, auto_reset=True)
    port = plug["port"]
    ports = page.call("GET", "/api/ports").json["ports"]
    assert next(item for item in ports if item["device"] == port)["practice"] is True
    assert (plug["relay"], plug["host"], plug["firmware"]) == (False, None, None)

    found = page.run("info", port=port)
    assert found["type"] == "result", found
    saved = page.run("backup", port=port)
    handle = saved["data"]["file"]
    assert handle.startswith("practice:backups/"), saved
    pins = page.run("dump config", files=[handle])
    assert pins["data"]["module"] == board

    wrong = page.run("flash", port=port, image=plug["wrong_image"])
    assert wrong["type"] == "error"
    assert wrong["exit"] == 5, wrong

    template = page.put("template.json", json.dumps(pins["data"]["template"]).encode())
    body = {
        "verb": "flash",
        "request": {
            "port": port,
            "log_port": plug["log_port"],
            "image": plug["image"],
            "template": template,
            "wifi_ssid": plug["wifi"]["ssid"],
            "name": "practice_plug",
        },
        "secrets": {"wifi_password": plug["wifi"]["password"]},
    }
    job = page.call("POST", "/api/jobs", body).json["id"]
    with page.listen(job) as lines:
        events = []
        for _number, event in lines:
            events.append(event)
            if event["type"] == "ask":
                answer = {"id": event["id"], "answer": True}
                page.call("POST", f"/api/jobs/{job}/answers", answer)
    assert events[-1]["type"] == "result", events[-1]
    assert events[-1]["data"]["verified"] is True
    assert plug["wifi"]["password"] not in str(events) + str(page.call("GET", "/api/jobs").json)

    home = until(page, port, lambda chip: chip["host"] is not None)
    assert home["firmware"] == "openbeken"
    told = page.run("device info", host=home["host"])
    assert told["type"] == "result", told
    switched = page.run("device command", host=home["host"], text="POWER ON")
    assert switched["type"] == "result", switched
    lit = until(page, port, lambda chip: chip["relay"])
    assert lit["watts"] == 60.0
    library = page.server.files._roots["library"]
    assert not library.exists() or not list(library.rglob("*.bin"))  # practice leaves nothing there


def test_without_a_reset_nothing_answers_and_a_tap_on_cen_links(page):
    plug = start(page)
    job = page.start("info", port=plug["port"])
    while page.row(job)["state"] == "running":
        press(page, plug["port"], "cen")
        for _look in range(50):  # so long does somebody wait before the next try
            page.row(job)
    assert page.events(job)[-1]["type"] == "result"


@pytest.mark.parametrize(
    ("wires", "heard"),
    sampled(
        [
            ("none", "chip"),
            ("silence", "silence"),
            ("echo", "echo"),
            ("noise", "noise"),
            ("swapped", "silence"),
            ("wrong-pair", "boot-text"),
            ("mcu", "tuya-mcu"),
        ],
        3,
    ),
)
def test_the_doctor_tells_what_is_wrong_with_the_wires(page, wires, heard):
    plug = start(page, auto_reset=True)
    press(page, plug["port"], f"fault:{wires}")
    told = page.run("doctor", port=plug["port"], link_timeout=1)
    assert told["data"]["heard"] == heard
    assert row(page, plug["port"])["wires"] == wires
    press(page, plug["port"], "fault:none")
    assert page.run("info", port=plug["port"])["type"] == "result"


def test_an_unplugged_adapter_is_gone_and_comes_back(page):
    plug = start(page, auto_reset=True, fast=False)  # a backup of half a minute
    job = page.start("backup", port=plug["port"])
    with page.listen(job) as lines:
        for _number, event in lines:
            last = event
            if event["type"] == "progress":
                press(page, plug["port"], "unplug")
    assert (last["type"], last["code"]) == ("error", "PS-PORT-LOST")
    ports = [item["device"] for item in page.call("GET", "/api/ports").json["ports"]]
    assert plug["port"] not in ports
    assert page.run("info", port=plug["port"])["code"] == "PS-PORT-NOT-FOUND"
    press(page, plug["port"], "plug")
    assert page.run("info", port=plug["port"])["type"] == "result"


def test_two_plugs_at_once_do_not_disturb_each_other(page):
    plugs = [start(page, auto_reset=True) for _at in range(2)]
    jobs = [page.start("backup", port=plug["port"]) for plug in plugs]
    results = [page.events(job)[-1] for job in jobs]
    assert [item["type"] for item in results] == ["result", "result"]
    assert results[0]["data"]["file"] != results[1]["data"]["file"]


def test_practice_calls_say_what_they_do_not_understand(page):
    assert page.call("POST", "/api/practice", {"board": "XX"}).code == "PS-UI-REQUEST"
    assert page.call("POST", "/api/practice", {"boards": "WB2S"}).code == "PS-UI-REQUEST"
    plug = start(page)
    for what in ("fly", "fault:", "fault:fire", ""):
        answer = page.call("POST", "/api/practice/press", {"port": plug["port"], "what": what})
        assert answer.code == "PS-UI-REQUEST"
    gone = page.call("POST", "/api/practice/press", {"port": "practice://x", "what": "cen"})
    assert gone.code == "PS-UI-UNKNOWN"
    assert page.call("DELETE", f"/api/practice?port={plug['port']}").status == 200
    assert page.call("GET", "/api/practice").json["chips"] == []
    assert page.run("info", port=plug["port"])["code"] == "PS-PORT-NOT-FOUND"


def test_on_a_full_desk_the_oldest_plug_that_nobody_uses_makes_room(page):
    ports = [start(page)["port"] for _at in range(8)]
    page.server.desk.taken((ports[0],))  # a job is on it
    ninth = start(page)["port"]
    there = [chip["port"] for chip in page.call("GET", "/api/practice").json["chips"]]
    assert there == [ports[0], *ports[2:], ninth]
    assert page.run("info", port=ports[1])["code"] == "PS-PORT-NOT-FOUND"
    page.server.desk.taken(tuple(there))
    assert page.call("POST", "/api/practice", {}).code == "PS-UI-TOO-MANY"
    page.server.desk.freed(tuple(there))
