"""The caches of Wi-Fi connections in a file: found in their form, and cheaply told from others."""

from __future__ import annotations

import pytest

from plugsmith.dump.finders.fast_connect import find
from plugsmith.tuya import fast_connect
from plugsmith.tuya.fast_connect import FastConnect, StoredForm, encode_fast_connect


@pytest.mark.parametrize("form", StoredForm)
def test_a_cache_is_found_in_its_own_form(form):
    item = FastConnect(
        ssid=b"home", bssid=bytes(6), security=4, channel=6,
        psk="0123456789abcdef" * 4, password=b"made up", form=form,
    )  # fmt: skip
    (found,) = find(b"\xff" * 0x1000 + encode_fast_connect(item).ljust(0x1000, b"\xff"))
    assert (found.span.start, found.facts["form"]) == (0x1000, form.value)


def test_digits_in_clear_are_not_unmasked_each(monkeypatch):
    calls = []
    monkeypatch.setattr(fast_connect, "mask", lambda data: calls.append(data) or data)
    assert find((b"a" * 64 + b"\x01") * 0x400) == []
    assert not calls
