"""The simulated device's own pages in a real browser: a form that a person fills sets pins."""

from __future__ import annotations

from plugsmith.sim.obk.block import Table
from plugsmith.sim.obk.net.server import make_fleet, serve


def test_the_form_of_pins_sets_what_a_person_chose(chromium):
    with serve(*make_fleet(1, speed=20)) as house:
        device = house.devices[0]
        page = chromium.new_page()
        broken: list[str] = []
        page.on("pageerror", lambda problem: broken.append(str(problem)))
        try:
            page.goto(f"{house.urls[0]}/cfg_pins")
            page.locator('select[name="26"]').select_option(label="Rel")
            page.locator('input[name="r26"]').fill("7")
            page.locator('select[name="10"]').select_option(label="Btn")
            page.locator('input[name="r10"]').fill("7")
            page.locator('input[name="e10"]').fill("9")
            page.locator('[type="submit"]').first.click()
            page.wait_for_load_state()
            assert device.bank.role(26) == "Rel"
            assert device.block.item(Table.CHANNELS, 26) == 7
            assert device.bank.role(10) == "Btn"
            assert device.block.item(Table.CHANNELS2, 10) == 9
            page.goto(f"{house.urls[0]}/cfg_pins")
            assert page.locator('select[name="26"] option:checked').inner_text() == "Rel"
            assert page.locator('input[name="r26"]').input_value() == "7"
            assert broken == []
        finally:
            page.close()
