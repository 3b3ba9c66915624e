"""Search by words and facts, match by pins: who is found, in which order, and why."""

from __future__ import annotations

from typing import Any

import pytest

from plugsmith.flows.catalogue.find import match
from plugsmith.flows.catalogue.looks_like import looks_like
from plugsmith.interpret.catalogue.similarity import CLOSE, compare
from plugsmith.interpret.catalogue.traits import traits_of
from plugsmith.library.catalogue.candidates import ENOUGH_DEVICES, candidates, unusual_pins
from plugsmith.library.catalogue.search import Query, search
from plugsmith.library.catalogue.shipped import open_catalogue
from plugsmith.library.catalogue.templates import ListOrigin, TemplateCatalogue
from plugsmith.openbeken.template import read_template

SOURCE = ListOrigin(name="acme", kind="file", location="x", licence="own", fetched="today")
METER = {"7": "BL0937CF;0", "8": "BL0937CF1;0", "24": "BL0937SEL;0"}
FORUM_PLUG = {"6": "WifiLED_n;0", **METER, "10": "Btn;1", "26": "Rel;1"}


def device(name: str, pins: dict[str, str], **more: object) -> dict[str, Any]:
    return {
        "vendor": "Acme",
        "name": name,
        "chip": "BK7231T",
        "board": "WB2S",
        "pins": pins,
        **more,
    }


DEVICES = [
    device("Meter plug", FORUM_PLUG, model="MP-1", keywords=["socket"]),
    device("Small plug", {"6": "Rel;1", "8": "Btn;1"}, chip="BK7231N", board="CB2S"),
    device("Strip 50%_off", {"6": "Rel;1", "7": "Rel;2", "8": "Rel;3", "10": "Btn_Tgl_All;0"}),
    device("Lamp E27", {"24": "PWM;2", "26": "PWM;1"}, board="WB3L"),
    device("BL0942 plug", {"6": "Rel;1"}, command="startDriver BL0942"),
]


@pytest.fixture(params=[True, False], ids=["indexed", "without index"])
def catalogue(request):
    with TemplateCatalogue(None, text_index=request.param) as found:
        found.import_entries(SOURCE, DEVICES)
        yield found


def names(catalogue: TemplateCatalogue, **query: Any) -> list[str]:
    return [hit.entry.entry.template.name for hit in search(catalogue, Query(**query))]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"words": "meter"}, ["Meter plug"]),
        ({"words": "METER mp-1"}, ["Meter plug"]),
        ({"words": "socket"}, ["Meter plug"]),
        ({"words": "e27"}, ["Lamp E27"]),
        ({"words": "50%_off"}, ["Strip 50%_off"]),
        ({"words": "%"}, ["Strip 50%_off"]),
        ({"words": 'plug"'}, []),
        ({"words": "plug OR lamp"}, []),
        ({"words": "plug NOT meter"}, []),
        ({"words": "x' OR 1=1 --"}, []),
        ({"chip": "bk7231n"}, ["Small plug"]),
        ({"module": "wb3l"}, ["Lamp E27"]),
        ({"vendor": "acm", "relays": 3}, ["Strip 50%_off"]),
        ({"meter": "bl0937"}, ["Meter plug"]),
        ({"vendor": "%"}, []),
        ({"words": "plug", "meter": "BL0942"}, ["BL0942 plug"]),
    ],
)
def test_search(catalogue, query: dict[str, Any], wanted: list[str]) -> None:
    assert names(catalogue, **query) == wanted


def test_search_with_any_and_no_meter(catalogue) -> None:
    assert set(names(catalogue, meter="any")) == {"Meter plug", "BL0942 plug"}
    assert set(names(catalogue, meter="none")) == {"Small plug", "Strip 50%_off", "Lamp E27"}


def test_words_in_the_name_rank_before_words_elsewhere(catalogue) -> None:
    found = names(catalogue, words="plug")
    assert set(found[:3]) == {"Meter plug", "Small plug", "BL0942 plug"}


def test_rejected_entries_are_not_found(catalogue) -> None:
    catalogue.import_entries(SOURCE, [*DEVICES, {"chip": "secretchip"}])
    assert names(catalogue, words="secretchip") == []


def traits(pins: dict[str, str], **more: object):
    return traits_of(read_template(device("asked", pins, **more)).template)


def test_the_same_pins_on_the_same_module_come_first(catalogue) -> None:
    best, *_ = candidates(catalogue, traits(FORUM_PLUG))
    assert best.entry.entry.template.name == "Meter plug"
    assert best.likeness.score >= CLOSE
    assert best.likeness.agree == (6, 7, 8, 10, 24, 26)


def test_reasons_name_what_agrees_and_what_differs(catalogue) -> None:
    pins = {**FORUM_PLUG, "6": "LED_n;1", "10": "IRRecv;0", "9": "Btn;2"}
    result = match(catalogue, traits(pins))
    first = result.hits[0]
    told = first.as_data()
    assert set(told) >= {"id", "vendor", "name", "chip", "board", "score", "why"}
    why = " ".join(first.why)
    assert "The same module (WB2S)." in why
    assert "P7, P8, P24, P26 agree." in why
    assert "P6 is the same part in another way" in why
    assert "P10 differs: here ir-receiver, there button (channel 1, active low)." in why
    assert "Only this device uses P9." in why


def test_none_is_close_is_said(catalogue) -> None:
    result = match(catalogue, traits({"6": "IRSend;0", "7": "IRRecv;0", "8": "Btn;1"}))
    assert result.close is False
    assert result.verdict.startswith("None is close.")
    nothing = match(catalogue, traits({"20": "IRSend;0"}))
    assert nothing.hits == ()
    assert "shares a single pin" in nothing.verdict
    assert "has no pins to compare" in match(catalogue, traits({})).verdict


def test_another_module_on_the_same_board_is_compared_pad_by_pad(catalogue) -> None:
    # A CB2S has P8 where a WB2S has P6, and the other way round; all other pads are equal.
    moved = {"8": "WifiLED_n;0", "7": "BL0937CF;0", "6": "BL0937CF1;0", "24": "BL0937SEL;0"}
    asked = traits({**moved, "10": "Btn;1", "26": "Rel;1"}, chip="BK7231N", board="CB2S")
    best, *_ = candidates(catalogue, asked)
    assert best.entry.entry.template.name == "Meter plug"
    assert best.likeness.module == "swapped"
    assert len(best.likeness.agree) == 6


def test_the_product_key_decides() -> None:
    config = {"rl1_pin": 6, "bt1_pin": 7}
    entry = {"manufacturer": "A", "name": "Keyed", "key": "keyxyz", "device_configuration": config}
    with TemplateCatalogue(None) as catalogue:
        catalogue.import_entries(SOURCE, [*DEVICES, entry])
        asked = traits_of(
            read_template(device("asked", FORUM_PLUG)).template, product_keys=("keyxyz",)
        )
        hits = candidates(catalogue, asked)
    keyed = next(hit for hit in hits if hit.entry.entry.template.name == "Keyed")
    assert keyed.likeness.same_product
    assert keyed.likeness.score >= 0.95


def test_unusual_uses_of_a_pin_are_pointed_out() -> None:
    many = [device(f"d{number}", {"26": "Rel;1"}) for number in range(ENOUGH_DEVICES)]
    with TemplateCatalogue(None) as catalogue:
        catalogue.import_entries(SOURCE, many[:-1])
        assert unusual_pins(catalogue, traits({"26": "Btn;1"})) == []  # too few to judge
        catalogue.import_entries(SOURCE, many)
        (found,) = unusual_pins(catalogue, traits({"26": "Btn;1"}))
        assert (found.gpio, found.use, found.usual) == (26, "button", "relay")
        assert unusual_pins(catalogue, traits({"26": "Rel;3"})) == []
        assert unusual_pins(catalogue, traits({"26": "Btn;1"}, chip="RTL8710B")) == []
        text = match(catalogue, traits({"26": "Btn;1"})).unusual[0]
        assert text.startswith("P26 as button: no device of the catalogue has that;")


def test_comparison_is_symmetric_and_bounded() -> None:
    first, second = traits(FORUM_PLUG), traits(DEVICES[2]["pins"])
    assert compare(first, first).score > compare(first, second).score
    assert compare(first, second).score == pytest.approx(compare(second, first).score, abs=0.02)
    assert 0 <= compare(traits({}), second).score <= 1


def test_a_line_about_a_recovered_device() -> None:
    assert looks_like(device("", FORUM_PLUG)) == "Your device looks like ELIVCO LSPA9 (WB2S)."
    assert looks_like(device("", {"6": "Rel;1"})) is None
    assert looks_like(None) is None


def test_the_line_never_spoils_the_answer(tmp_path) -> None:
    (tmp_path / "catalogue.sqlite").write_bytes(b"broken" * 100)
    assert looks_like(device("", FORUM_PLUG), root=tmp_path) is None


def test_the_line_leaves_the_disk_untouched(tmp_path) -> None:
    looks_like(device("", FORUM_PLUG), root=tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_the_catalogue_on_disk_holds_the_shipped_entries(tmp_path) -> None:
    with open_catalogue(tmp_path) as catalogue:
        assert names(catalogue, words="lspa9") == ["LSPA9"]
