"""Fifty published templates on the simulated device: applied and read back equal."""

from __future__ import annotations

import json

import pytest
from lan_in_process import lan
from lan_rig import run

from plugsmith.errors import PlugsmithError
from plugsmith.flows.device.apply import apply
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.lan.apply import read_state
from plugsmith.lan.change import differences

WANTED = 50


@pytest.fixture(scope="module")
def templates(corpus):
    """Every 13th template of a Beken chip that has pins and no error in it."""
    body = json.loads((corpus / "devices.json").read_text(encoding="utf-8"))
    devices = body["devices"] if isinstance(body, dict) else body
    beken = [item for item in devices if item.get("pins") and item["chip"].startswith("BK7231")]
    found = []
    for item in [*beken[::7], *beken[3::7], *beken[5::7]]:
        try:
            found.append(desired_from(template=json.dumps(item), name=item["name"]))
        except PlugsmithError:
            continue
        if len(found) == WANTED:
            break
    return found


def test_fifty_templates_read_back_equal(templates, tmp_path):
    assert len(templates) == WANTED
    assert len({json.dumps(item.settings, sort_keys=True) for item in templates}) >= 40
    with lan(tmp_path, speed=80) as net:
        for wish in templates:
            data = apply(net.ctx, net.hosts, wish)
            assert data.verified is True
            settings = run(read_state(net.obk)).settings
            assert settings["pins"] == wish.settings["pins"]
            assert settings["startup_command"] == wish.settings["startup_command"]
            if "flags" in wish.settings:
                assert settings["flags"] == wish.settings["flags"]
            assert differences(settings, wish.settings) == {}
