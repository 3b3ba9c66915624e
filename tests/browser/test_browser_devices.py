"""The pages Devices, Backups and Templates in a real browser, on simulated devices."""

from __future__ import annotations

import pytest
from link_servers import free_port

import plugsmith
from plugsmith.library.library import Library
from plugsmith.sim.obk.block import Text
from plugsmith.sim.obk.net.server import make_fleet, serve, serve_on_addresses

HOSTILE = "<img src=x onerror=alert(1)>"


def hosts_of(server):
    return [url.removeprefix("http://") for url in server.urls]


def show(tab, *path):
    tab.page.evaluate(
        "path => { location.hash = '#/' + path.map(encodeURIComponent).join('/') }", list(path)
    )
    tab.page.wait_for_selector("h1")


def find(tab, where):
    show(tab, "devices")
    tab.page.get_by_label("Address or range").fill(where)
    tab.press("Look for devices")


def test_a_device_is_found_named_and_the_change_taken_back(tab):
    with serve(*make_fleet(1, speed=20)) as house:
        device = house.devices[0]
        before = device.block.text(Text.SHORT_NAME)
        host = hosts_of(house)[0]
        tab.open()
        find(tab, host)
        tab.page.locator('[data-part="list"]').get_by_role("link").first.click()
        tab.page.locator('[data-part="facts"]').get_by_text("BK7231T").wait_for()
        part = tab.page.locator('[data-part="setup"]')
        part.get_by_label("Name").fill("kitchen")
        part.get_by_role("button", name="Give it that").click()
        part.get_by_text("Set and read back: short_name, long_name.").wait_for()
        assert device.block.text(Text.SHORT_NAME) == "kitchen"
        part.get_by_role("button", name="Undo the latest change").click()
        part.get_by_text("It is as it was before.").wait_for()
        assert device.block.text(Text.SHORT_NAME) == before
        tab.accessible("here")


def test_thirty_devices_are_listed_and_restarted_together(tab):
    addresses = [f"127.9.7.{at}" for at in range(1, 31)]
    fleet, port = make_fleet(30, speed=40), free_port()
    with serve_on_addresses(fleet, addresses, port=port) as house:
        resets = [device.resets for device in house.devices]
        tab.open()
        find(tab, f"127.9.7.1-30:{port}")
        tab.page.locator('[data-part="list"] tbody tr').nth(29).wait_for()
        assert tab.page.locator('[data-part="list"] tbody tr').count() == 30
        tab.page.get_by_label("Choose all").check()
        tab.page.get_by_text("With the 30 chosen").wait_for()
        tab.press("Restart them")
        tab.press("Yes, go on")
        tab.page.locator("[data-items='30']").wait_for()
        tab.page.get_by_text("All of it is done.").wait_for()
        assert all(now.resets > was for now, was in zip(house.devices, resets, strict=True))
        tab.accessible("here")


def test_a_hostile_name_of_a_device_stays_text(tab):
    with serve(*make_fleet(1, speed=20)) as house:
        house.devices[0].block.set_text(Text.SHORT_NAME, HOSTILE)
        tab.open()
        find(tab, hosts_of(house)[0])
        tab.page.get_by_role("link", name="<img").wait_for()
        assert tab.page.locator("img[src=x]").count() == 0


def test_a_device_that_does_not_answer_is_told_with_a_next_step(tab):
    tab.open()
    show(tab, "devices", "127.0.0.1:9")
    tab.page.locator(".box.danger").first.wait_for()
    tab.accessible("here")


@pytest.mark.parametrize(("width", "theme"), [(360, "light"), (1280, "dark")])
def test_the_backups_of_the_library_are_listed_checked_and_labelled(open_tab, server, width, theme):
    library = Library(server.server.files._roots["library"])
    verb = plugsmith.verb("backup")
    verb.run(plugsmith.Session(library=library), verb.request_type(port="sim://bk7231t"))
    tab = open_tab(width=width, theme=theme).open()
    show(tab, "backups")
    card = tab.page.locator("[data-backup]")
    card.get_by_text("the first of its device").wait_for()
    tab.press("Read all and compare with their passports")
    card.get_by_text("compared with its passport: the same").wait_for()
    card.get_by_role("button", name="Label it").click()
    card.get_by_label("Label").fill(HOSTILE)
    card.get_by_role("button", name="Keep the label").click()
    tab.page.get_by_role("heading", name=HOSTILE).wait_for()
    with tab.page.expect_download() as saved:
        card.get_by_role("button", name="Save the file").click()
    assert saved.value.path().stat().st_size == 0x20_0000
    tab.accessible("here")


def test_a_template_is_found_shown_with_its_module_and_exported(tab):
    tab.open()
    show(tab, "templates")
    tab.page.get_by_label("Words").fill("wb2s")
    tab.press("Search")
    tab.page.get_by_role("link", name="LSPA9").first.click()
    tab.page.get_by_role("button", name="esphome").click()
    tab.page.locator('[data-part="export"] pre').get_by_text("esphome:").first.wait_for()
    tab.accessible("here")
