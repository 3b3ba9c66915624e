"""Matching a running (simulated) OpenBeken device against the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lan_fleet import TEMPLATE
from lan_in_process import lan

from plugsmith.flows.catalogue.lookup import match_running
from plugsmith.flows.device.apply import apply
from plugsmith.flows.settings.desired_settings import desired_from

if TYPE_CHECKING:
    from pathlib import Path


def test_a_running_device_is_matched_by_its_pins(tmp_path: Path) -> None:
    with lan(tmp_path) as fleet:
        apply(fleet.ctx, fleet.hosts, desired_from(template=TEMPLATE))
        found = match_running(fleet.ctx, str(fleet.hosts[0]), limit=3, root=tmp_path)
    assert found.hits[0].id == "plugsmith:elivco-lspa9-lspa9-bl0937-wb2s-bk7231t-wb2s"
    why = " ".join(found.hits[0].why)
    assert "P7, P8, P10, P24, P26 agree." in why
    assert "P6 is the same part in another way" in why
