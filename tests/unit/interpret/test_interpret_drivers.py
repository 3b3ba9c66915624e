"""LED drivers: inverting the colour order, currents, which chip it is."""

from __future__ import annotations

import pytest

from plugsmith.interpret.vendor.from_tuya import profile_from_tuya
from plugsmith.interpret.vendor.light_drivers import colour_order, outputs_of


def _wiring(*outputs: int) -> dict[str, int]:
    return dict(zip("rgbcw", outputs, strict=False))


@pytest.mark.parametrize(
    ("wiring", "exchanged", "order"),
    [
        # upk-mapping.md section 4.2: three devices whose published templates agree
        ((2, 0, 1, 4, 3), False, (1, 2, 0, 4, 3)),
        ((2, 1, 0, 4, 3), True, (2, 1, 0, 3, 4)),
        ((2, 1, 0, 4, 3), False, (2, 1, 0, 4, 3)),
        ((0, 1, 2, 3, 4), False, (0, 1, 2, 3, 4)),
    ],
)
def test_map_is_the_inverse_of_the_wiring(
    wiring: tuple[int, ...], exchanged: bool, order: tuple[int, ...]
) -> None:
    outputs = outputs_of(_wiring(*wiring))
    assert colour_order(outputs, exchanged_whites=exchanged) == order


def test_every_colour_comes_out_where_it_is_wired() -> None:
    wiring = _wiring(3, 0, 4, 1, 2)
    outputs = outputs_of(wiring)
    for number, colour in enumerate("rgbcw"):
        assert outputs[wiring[colour]] == number


def test_a_single_white_counts_as_warm() -> None:
    assert outputs_of(_wiring(2, 1, 0, 4, 4)) == (2, 1, 0, -1, 4)
    assert outputs_of(_wiring(2, 1, 0, 3)) == (2, 1, 0, 4, -1)


def test_outputs_out_of_range_are_ignored() -> None:
    assert outputs_of({"r": 9, "g": 1}) == (-1, 1, -1, -1, -1)


def _driver(**config: object) -> object:
    base: dict[str, object] = {"cmod": "rgbcw", "iicscl": 7, "iicsda": 8, "module": "CB2L"}
    light = profile_from_tuya({**base, **config}).light
    assert light is not None
    return light.driver


@pytest.mark.parametrize(
    ("config", "name", "currents"),
    [
        ({"dmod": 2, "campere": 45, "wampere": 70}, "SM2135", (7, 12)),
        ({"dmod": 2, "campere": 12, "wampere": 5}, "SM2135", (0, 0)),
        ({"dmod": 4, "iicccur": 0, "iicwcur": 5}, "SM2135", (0, 5)),
        ({"dmod": 5, "cjccur": 2, "cjwcur": 3}, "BP1658CJ", (2, 3)),
        ({"dmod": 6, "drgbcur": 25, "dccur": 50}, "BP5758D", (25, 50)),
        ({"dmod": 6, "drgbcur": 25}, "BP5758D", None),
        ({"dmod": 7, "2335ccur": 2, "2335wcur": 4}, "SM2235", (2, 4)),
        ({"kp58ccur": 9, "kp58wcur": 12}, "KP18058", (9, 12)),
        ({"drgbcur": 14, "dwcur": 20}, "BP5758D", (14, 20)),
    ],
)
def test_driver_and_currents(
    config: dict[str, object], name: str, currents: tuple[int, int] | None
) -> None:
    driver = _driver(**config)
    assert driver is not None
    assert (driver.name, driver.currents) == (name, currents)  # type: ignore[attr-defined]


def test_a_driver_that_the_firmware_lacks_is_said() -> None:
    profile = profile_from_tuya({"cmod": "rgb", "dmod": 1, "iicscl": 7, "iicsda": 8})
    assert [item.key for item in profile.left_out] == ["iicsda", "iicscl"]
    assert all("SM16726B" in item.reason for item in profile.left_out)


def test_pwm_pins_of_a_shared_text_are_left_out_beside_a_driver() -> None:
    profile = profile_from_tuya(
        {"cmod": "rgb", "dmod": 6, "iicscl": 7, "iicsda": 8, "r_pin": 24, "module": "CB2L"}
    )
    assert [pin.gpio for pin in profile.pins] == [7, 8]
    assert [item.key for item in profile.left_out] == ["r_pin"]
