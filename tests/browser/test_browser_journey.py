"""The journey in a real browser, from the module's name to a switched relay, and its mishaps."""

from __future__ import annotations

import re

import pytest

STEPS = (
    "to_identity",
    "to_backup",
    "to_pins",
    "to_firmware",
    "to_settings",
    "to_plan",
    "to_written",
    "to_device",
)


@pytest.mark.parametrize("language", ["en", "pl"])
def test_a_practice_plug_goes_from_stock_to_a_switched_relay_and_watts(open_tab, language):
    tab = open_tab(language=language).begin_practice()
    for step in STEPS:
        getattr(tab, step)()
    assert tab.practice["relay"] is False
    tab.page.get_by_role("switch", name=tab.words("Relay")).click()
    tab.page.wait_for_selector('.relay-switch[aria-checked="true"]')
    assert tab.practice["relay"] is True
    tab.page.wait_for_function("() => Number(document.querySelector('.watts')?.dataset.watts) > 10")
    shown = float(re.sub(r"[^0-9.]", "", tab.page.locator(".watts").inner_text()))
    assert shown == pytest.approx(tab.practice["watts"], rel=0.25)
    tab.page.get_by_text(tab.words("Make the readings right")).click()
    tab.page.wait_for_selector(".chart canvas")
    tab.accessible("the chart")
    # the way back, and the copy that is safe to share
    assert "plugsmith restore" in tab.page.locator(".undo .cmd").inner_text()
    tab.press("Make a copy that is safe to share")
    tab.page.wait_for_selector('[data-result="sanitize"]')
    tab.see("{n} searches find no secret any more")


def test_every_step_survives_a_reload(tab):
    tab.begin_practice()
    for step in STEPS:
        if step == "to_written":
            tab.to_written(forgotten=True)
        else:
            getattr(tab, step)()
        now = tab.page.locator("[data-step]").get_attribute("data-step")
        tab.reload()
        tab.at(now)
        if step == "to_settings":  # the password is in no storage: it is asked for again
            tab.see("Missing after a reload")
            tab.press("Fill it in")
        if step == "to_device":
            tab.page.wait_for_selector(".relay-switch:not([disabled])")


def test_no_secret_is_kept_in_the_browser_or_in_an_address(tab):
    tab.begin_practice()
    for step in STEPS[:5]:
        getattr(tab, step)()
    password = tab.practice["wifi"]["password"]
    token = tab.server.server.door.token
    tab.to_plan()
    stored = tab.page.evaluate(
        "() => [JSON.stringify(localStorage), JSON.stringify(sessionStorage), location.href,"
        " document.documentElement.outerHTML]"
    )
    local, session, address, source = stored
    assert password not in local + session + address + source
    assert token not in local + address + source  # this tab's sessionStorage alone knows it
    assert password not in str(tab.server.call("GET", "/api/jobs").json)


def test_the_image_of_another_chip_is_refused_before_anything_is_written(tab):
    tab.begin_practice()
    tab.to_identity()
    tab.to_backup()
    tab.to_pins()
    tab.next("Next: the firmware")
    wrong = tab.practice["wrong_image"]
    answer = tab.server.call("GET", f"/api/files?file={wrong}")
    tab.page.set_input_files(
        "input[type=file]",
        {"name": "firmware.bin", "mimeType": "application/octet-stream", "buffer": answer.bytes},
    )
    tab.page.wait_for_selector('[data-result="image"]')
    tab.see("Not for this chip")
    tab.to_settings()
    tab.next("Next: the plan")
    tab.see("Refused, to keep the plug safe")
    assert tab.page.locator(".step-foot .button.primary").inner_text() == "Make the plan again"
    tab.accessible("a refused plan")


def test_a_cable_pulled_in_the_middle_of_a_write_is_taken_up_again(open_tab):
    tab = open_tab(fast=False)
    tab.begin_practice()
    for step in STEPS[:6]:
        getattr(tab, step)()
    tab.next("Write it")
    tab.at("write")
    tab.next("Write it now")
    tab.page.wait_for_function(
        "() => { const bar = document.querySelector('[role=progressbar]');"
        " return bar && bar.ariaLabel === 'Writing' && Number(bar.ariaValueNow) > 3 }"
    )
    tab.hands("unplug")
    tab.see("The write was cut")
    tab.accessible("a cut write")
    tab.reload()
    tab.see("The write was cut")
    tab.hands("plug")
    tab.next("Take it up again")
    tab.answer_secret()
    tab.page.wait_for_selector('[data-result="write"]')


@pytest.mark.parametrize(
    ("fault", "heard"),
    [
        ("silence", "silence"),
        ("echo", "echo"),
        ("noise", "noise"),
        ("swapped", "silence"),
        ("mcu", "tuya-mcu"),
    ],
)
def test_the_connect_step_says_what_is_wrong_with_the_wires(tab, fault, heard):
    tab.begin_practice()
    tab.next("Next: connect")
    tab.at("connect")
    tab.hands(f"fault:{fault}")
    tab.press("Something is wrong")
    tab.page.wait_for_selector("[data-diagnosis]")
    assert tab.page.locator("[data-diagnosis]").get_attribute("data-heard") == heard
    assert tab.page.locator(".causes li").count() >= 1
    tab.accessible(fault)
    # mended: the same page goes on
    tab.hands("fault:none")
    tab.next("Listen")
    tab.at("identity")


def test_two_tabs_share_one_job(open_tab):
    first = open_tab(auto_reset=False).begin_practice()
    first.next("Next: connect")
    first.next("Listen")
    first.see("Now reset the chip")
    first.tap_until('[data-step="identity"]')
    first.next("Next: the backup")
    first.next("Make the backup")
    first.see("Reset the chip once more")  # and it waits, however slow the other tab is
    second = open_tab().open()
    second.see("A job is running")
    second.press("Watch it here")
    second.at("backup")
    second.see("Reset the chip once more")
    first.tap_until('[data-result="backup"]')
    second.page.wait_for_selector('[data-result="backup"]')
    jobs = second.server.call("GET", "/api/jobs").json["jobs"]
    assert [row["verb"] for row in jobs].count("backup") == 1


def test_a_chip_that_nobody_resets_is_waited_for_with_a_picture(open_tab):
    tab = open_tab(auto_reset=False).begin_practice()
    tab.next("Next: connect")
    tab.at("connect")
    tab.next("Listen")
    tab.see("Now reset the chip")
    assert tab.page.locator("[role=progressbar]").count() == 0  # waiting is no bar at 0 %
    tab.accessible("waiting for a reset")
    tab.press("Touch CEN with GND")
    tab.at("identity")


def test_leaving_while_writing_is_warned_of_and_the_write_goes_on_all_the_same(open_tab):
    tab = open_tab(fast=False)
    tab.begin_practice()
    for step in STEPS[:6]:
        getattr(tab, step)()
    tab.next("Write it")
    tab.at("write")
    tab.next("Write it now")
    tab.page.wait_for_selector('[role=progressbar][aria-label="Writing"]')
    seen = []
    tab.page.on("dialog", lambda dialog: (seen.append(dialog.type), dialog.accept()))
    tab.page.reload()
    assert seen == ["beforeunload"]
    tab.at("write")
    tab.page.wait_for_selector('[data-result="write"]')


def test_details_are_copied_for_a_post_without_what_is_secret(tab):
    tab.begin_practice()
    for step in STEPS[:6]:
        getattr(tab, step)()
    tab.page.get_by_text("Details for the curious").click()
    tab.press("Copy for a forum post")
    tab.see("Copied.")
    text = tab.page.evaluate("() => navigator.clipboard.readText()")
    assert "== flash (done)" in text
    assert "BK7231T" in text
    mac = next(
        row for row in tab.server.call("GET", "/api/jobs").json["jobs"] if row["verb"] == "info"
    )
    found = tab.server.events(mac["id"])[-1]["data"]["mac"]
    assert found
    assert found not in text
    assert found.replace(":", "")[6:] not in text
    assert tab.practice["wifi"]["password"] not in text
