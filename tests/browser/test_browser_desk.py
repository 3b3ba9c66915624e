"""A plug on the desk: the journey with adapters that stand in the list, not the practice one."""

from __future__ import annotations

import pytest

from plugsmith.forge.firmware import forge_openbeken_qio

IMAGE = {"name": "OpenBK7231T_QIO_1.18.300.bin", "mimeType": "application/octet-stream"}


@pytest.fixture
def desk(open_tab, server):
    """A tab that sees two adapters: on RX1 and TX1 of a chip, and on its TX2. No reset line."""
    board = {"board": "WB2S", "fast": True, "auto_reset": False}
    plug = server.call("POST", "/api/practice", board).json
    rows = [
        {"device": plug["port"], "product": "CP2102N", "job": None, "practice": False},
        {"device": plug["log_port"], "product": "CH340", "job": None, "practice": False},
    ]
    tab = open_tab()
    tab.page.route("**/api/ports", lambda route: route.fulfill(json={"ports": rows}))
    tab.open()
    tab.press("I have a plug on my desk")
    tab.page.get_by_label("Name on the module, or the chip").fill("WB2S")
    tab.page.get_by_role("radio", name="WB2S").click()
    tab.next()
    tab.at("wiring")
    tab.page.get_by_role("checkbox").check()
    tab.next("Next: connect")
    tab.page.get_by_role("radio", name="CP2102N").click()
    return tab


def _to_plan(tab):
    tab.next("Next: the pins")
    tab.page.wait_for_selector(".pin-row")
    tab.next("Next: the firmware")
    buffer = forge_openbeken_qio("BK7231T", version="1.18.300")
    tab.page.set_input_files("input[type=file]", IMAGE | {"buffer": buffer})
    tab.page.wait_for_selector('[data-result="image"]')
    tab.next("Next: settings")
    tab.next("Next: the plan")


def test_touches_of_cen_free_a_plug_and_a_second_adapter_sees_it_start(desk):
    desk.page.get_by_text("A second adapter, to see that it starts").click()
    desk.page.get_by_label("Adapter on TX2").select_option(
        label=f"CH340, {desk.practice['log_port']}"
    )

    def touched(asked, done):
        desk.see(asked)  # each job waits for it, and says so
        desk.accessible(asked)
        desk.tap_until(done)

    desk.next("Listen for the chip")
    touched("Now reset the chip", '[data-step="identity"]')
    desk.next("Next: the backup")
    desk.next("Make the backup")
    touched("Reset the chip once more", '[data-result="backup"]')
    _to_plan(desk)
    touched("Reset the chip once more", "h1:has-text('This is what will change')")
    desk.next("Write it")
    desk.next("Write it now")
    touched("Reset the chip once more", '[data-result="write"]')
    desk.see("Its start was seen.")
    job = next(
        row
        for row in desk.server.call("GET", "/api/jobs").json["jobs"]
        if row["verb"] == "flash" and not row["request"].get("dry_run")
    )
    assert job["request"]["log_port"] == desk.practice["log_port"]
    assert desk.server.events(job["id"])[-1]["data"]["booted"] is True


def test_the_log_adapter_is_kept_over_a_reload_and_may_stand_in_the_network(desk):
    desk.page.get_by_text("A second adapter, to see that it starts").click()
    where = desk.page.get_by_label("Or its address in the network")
    where.fill("socket://192.168.1.50:3334")
    desk.reload()
    desk.at("connect")
    assert where.input_value() == "socket://192.168.1.50:3334"
    assert desk.page.get_by_label("Adapter on TX2").input_value() == "socket://192.168.1.50:3334"
