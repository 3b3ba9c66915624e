"""What a search sends at its rates, as the boot ROM of another maker's chip hears it."""

from __future__ import annotations

import random

import pytest
from campaign import old_flash
from flows_rig import Rig

from plugsmith.flows.wire.doctor import doctor
from plugsmith.sim.faults import FaultPlan, SilentChip
from plugsmith.sim.makers.ameba_z import AmebaZ, Mode
from plugsmith.sim.makers.lightning import Lightning
from plugsmith.sim.makers.models import MODELS
from plugsmith.sim.ports.adapter import Adapter, adapter_model

# its status, a transfer and the end of one are what its own tool greets it with
HARMLESS = {0x06, 0x07, 0x18, 0x21}
KNOWN = {0x05, 0x06, 0x07, 0x17, 0x18, 0x19, 0x21, 0x26}


def looked_at(name, tmp_path):
    """What the doctor finds with such a chip at the wires."""
    adapter = Adapter(adapter_model((f"other:{name}-boot",)), seed=3)
    rig = Rig(tmp_path, "BK7231T", old_flash("BK7231T"), adapter=adapter, paced=True,
              latency_s=0.001, faults=FaultPlan(faults=(SilentChip(),)))  # fmt: skip
    rig.lines = "none"
    return doctor(rig.ctx(timeout=None)).result()


def test_no_rubbish_of_the_search_is_a_command_by_which_an_rtl8710b_writes(tmp_path, monkeypatch):
    heard, silenced = set(), []
    command = AmebaZ._command

    def noted(self, words, now):
        heard.add(words[0])
        before = self.mode
        command(self, words, now)
        silenced.append(before is Mode.LOUD and self.mode is Mode.QUIET)

    monkeypatch.setattr(AmebaZ, "_command", noted)
    found = looked_at("rtl8710b", tmp_path)
    assert "RTL8710B" in found.text
    assert any(silenced)  # the polls at another rate did that, and it was woken
    assert heard & KNOWN <= HARMLESS


@pytest.mark.parametrize("left_in", ["the ROM", "the code in RAM"])
def test_an_ln882h_is_known_in_both_states_that_its_tool_leaves(tmp_path, monkeypatch, left_in):
    if left_in == "the code in RAM":
        reset = Lightning.reset

        def left(self, now):
            reset(self, now)
            self.runs = type(self.runs).RAM_CODE

        monkeypatch.setattr(Lightning, "reset", left)
    assert "LN882H" in looked_at("ln882h", tmp_path).text


@pytest.mark.parametrize("name", MODELS)
def test_a_look_leaves_the_flash_of_such_a_chip_alone(tmp_path, monkeypatch, name):
    made = []
    make = MODELS[name]

    def noted(nor, now):
        nor.program(0, random.Random(2).randbytes(0x400))
        nor.operations.clear()
        made.append(nor)
        return make(nor, now)

    monkeypatch.setitem(MODELS, name, noted)
    looked_at(name, tmp_path)
    assert made
    assert [nor.operations for nor in made] == [[]] * len(made)
