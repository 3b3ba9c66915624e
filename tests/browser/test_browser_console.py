"""The console page: a device's text live, commands to it, the log as a file, and its end."""

from __future__ import annotations

import pytest
from talking_device import talking_device

SEEN = ".device-log li"


@pytest.fixture
def device():
    with talking_device() as found:
        yield found


def go_to(tab):
    """From the help page, as somebody would who was told of it."""
    tab.page.get_by_role("link", name=tab.words("Help"), exact=True).click()
    tab.page.get_by_role("link", name=tab.words("See what a device prints: the console")).click()
    tab.page.wait_for_selector('[data-part="console-port"]')


def listen(tab, device):
    tab.open()
    go_to(tab)
    tab.page.get_by_label(tab.words("Or its address in the network")).fill(device.port)
    tab.press("Listen")
    tab.page.locator(SEEN, has_text="Main_Init").wait_for()


def send(tab, line):
    field = tab.page.get_by_label(tab.words("Command to the device"))
    field.fill(line)
    field.press("Enter")
    tab.page.locator(SEEN, has_text=f"did {line.split()[0]}").wait_for()


def test_lines_come_live_commands_go_in_and_the_masked_log_is_saved(tab, device):
    listen(tab, device)
    send(tab, "Password1 hunter2hunter2")
    send(tab, "echo hello")
    assert device.heard == ["Password1 hunter2hunter2", "echo hello"]
    shown = tab.page.locator(".device-log").inner_text()
    assert "hunter2" not in shown
    assert "homenet42" not in shown
    assert tab.page.locator(f"{SEEN} time").first.inner_text().replace(".", "").isdigit()
    with tab.page.expect_download() as saved:
        tab.press("Save the log")
    kept = saved.value.path().read_text(encoding="utf-8")
    assert "> echo hello" in kept
    assert "hunter2" not in kept + shown
    assert "homenet42" not in kept
    tab.accessible("the console")
    tab.press("Stop")
    tab.page.wait_for_selector('[data-result="console"]')
    assert device.gone.wait(60)
    tab.accessible("a console that has stopped")


def test_a_line_is_recalled_with_the_arrow_keys(tab, device):
    listen(tab, device)
    send(tab, "one a")
    send(tab, "two b")
    field = tab.page.get_by_label("Command to the device")
    field.press("ArrowUp")
    field.press("ArrowUp")
    assert field.input_value() == "one a"
    field.press("ArrowDown")
    assert field.input_value() == "two b"


def test_who_leaves_the_page_lets_go_of_the_port(tab, device):
    listen(tab, device)
    tab.page.get_by_role("link", name="Help", exact=True).click()
    assert device.gone.wait(60)
    go_to(tab)
    tab.page.locator(SEEN, has_text="Main_Init").wait_for()  # what was heard can still be read


def test_a_page_that_is_loaded_again_goes_on_with_the_same_console(tab, device):
    listen(tab, device)
    tab.reload()
    tab.page.locator(SEEN, has_text="Main_Init").wait_for()
    send(tab, "still here")
    assert device.clients == 1


def test_a_second_tab_neither_shows_nor_ends_the_console_of_the_first(open_tab, device):
    first, second = open_tab(), open_tab()
    listen(first, device)
    second.open()
    go_to(second)
    assert second.page.locator(SEEN).count() == 0
    second.page.get_by_role("link", name="Help", exact=True).click()
    send(first, "still here")
    assert device.clients == 1


def test_a_port_that_cannot_be_opened_is_told(tab):
    tab.open()
    go_to(tab)
    tab.page.get_by_label("Or its address in the network").fill("socket://127.0.0.1:1")
    tab.press("Listen")
    tab.page.wait_for_selector('[data-code="PS-PORT-NO-LISTENER"]')


def test_the_start_of_a_practice_plug_is_seen_on_its_log_pad(tab):
    tab.begin_practice()
    tab.next("Next: connect")
    tab.at("connect")
    tab.page.goto(tab.page.url.partition("#")[0] + "#/console")
    tab.page.get_by_role("option", name="Practice: WB2S").first.wait_for(state="attached")
    tab.press("Listen")
    tab.see("It listens")
    tab.tap_until(f'{SEEN}:has-text("V:BK7231")')
    tab.press("Stop")
    tab.page.wait_for_selector('[data-result="console"]')


@pytest.mark.parametrize(("language", "theme"), [("pl", "dark"), ("de", "light")])
def test_it_fits_a_phone_in_each_language_and_theme(open_tab, device, language, theme):
    tab = open_tab(width=360, height=740, language=language, theme=theme)
    tab.open()
    tab.page.goto(tab.page.url.partition("#")[0] + "#/console")
    tab.page.get_by_label(tab.words("Or its address in the network")).fill(device.port)
    tab.no_side_scroll("the choice of a port")
    tab.press("Listen")
    send(tab, "echo " + "long" * 60)
    tab.no_side_scroll("a console with long lines")
    tab.accessible("the console on a phone")
