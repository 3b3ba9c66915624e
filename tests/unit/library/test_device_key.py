"""Which device: what makes two keys one device, what leaves it open, and what tells them apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plugsmith.library.device_key import DeviceKey

KEY = DeviceKey(
    chip="BK7231N",
    flash_size=0x200000,
    mac="c8:47:8c:01:02:03",
    rf_sha256="a" * 64,
    jedec="eb6015",
)
OTHER = {
    "chip": "BK7231M",
    "flash_size": 0x400000,
    "mac": "c8:47:8c:01:02:04",
    "rf_sha256": "b" * 64,
    "jedec": "c84015",
}


@pytest.mark.parametrize("name", list(OTHER))
def test_one_other_fact_makes_another_device_and_is_named(name):
    other = replace(KEY, **{name: OTHER[name]})
    assert not KEY.is_same(other)
    assert not other.is_same(KEY)
    assert KEY.difference(other)


@pytest.mark.parametrize("name", ["chip", "flash_size", "jedec"])
def test_other_hardware_never_may_be_the_device(name):
    other = replace(KEY, **{name: OTHER[name]})
    assert not KEY.fits(other)
    assert not KEY.may_be(other)


def test_the_same_facts_are_the_same_device_without_a_difference():
    assert KEY.is_same(replace(KEY))
    assert KEY.fits(replace(KEY))
    assert KEY.difference(replace(KEY)) == ""


def test_a_flash_id_that_one_link_could_not_tell_does_not_count():
    unknown = replace(KEY, jedec=None)
    assert KEY.fits(unknown)
    assert unknown.is_same(KEY)
    assert not replace(unknown, chip="BK7231M").fits(KEY)


@pytest.mark.parametrize("lost", ["mac", "rf_sha256"])
def test_what_has_lost_its_address_or_calibration_is_not_certain_but_may_be_it(lost):
    part = replace(KEY, **{lost: None})
    assert not part.certain
    assert not part.is_same(part)
    assert part.may_be(KEY)


def test_a_changed_calibration_or_address_may_still_be_it_both_changed_not():
    assert KEY.may_be(replace(KEY, mac=OTHER["mac"]))
    assert KEY.may_be(replace(KEY, rf_sha256=OTHER["rf_sha256"]))
    assert not KEY.may_be(replace(KEY, mac=OTHER["mac"], rf_sha256=OTHER["rf_sha256"]))
    nothing = replace(KEY, mac=None, rf_sha256=None)
    assert not nothing.may_be(nothing)
    assert not nothing.may_be(KEY)


@pytest.mark.parametrize("name", list(OTHER))
def test_the_difference_speaks_of_the_fact_that_differs(name):
    words = {
        "chip": "BK7231M",
        "flash_size": "4194304",
        "mac": OTHER["mac"],
        "rf_sha256": "calibration",
        "jedec": "c84015",
    }
    assert words[name] in KEY.difference(replace(KEY, **{name: OTHER[name]}))
