"""Data points of a serial MCU: usual names, and what is heard through a running device."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lan_in_process import lan
from lan_rig import run

from plugsmith.device.profile import DataKind, DataPoint
from plugsmith.errors import UsageError
from plugsmith.errors.device import NoDataPoints
from plugsmith.flows.house.listen import Heard, data_points
from plugsmith.interpret.vendor.point_names import KINDS, kind_of, named
from plugsmith.interpret.vendor.serial_mcu import profile_of_serial_mcu

CURTAIN = [(1, 4, b"\x01"), (2, 2, bytes([0, 0, 0, 40])), (3, 2, bytes([0, 0, 0, 41])),
           (5, 1, b"\x00"), (101, 0, b"\x01\x02\x03")]  # fmt: skip
# As versions of the firmware word it: the log is the only judge there is of it.
WORDINGS = [
    "Info:TuyaMCU:ParseState: id 3 type 2-val len 4|Info:TuyaMCU:ParseState: int32 41",
    (
        "Info:TuyaMCU:TuyaMCU_ParseStateMessage: processing dpId 3, dataType 2-DP_TYPE_VALUE and 4 "
        "data bytes|Info:TuyaMCU:TuyaMCU_ParseStateMessage: raw data 4 int: 41"
    ),
    (
        "Info:TuyaMCU:V0_ParseRealTimeWithRecordStorage: processing id 3, dataType 2-val and 4 "
        "data bytes|Info:TuyaMCU:V0_ParseRealTimeWithRecordStorage: int32 41"
    ),
    (
        "Info:TuyaMCU:TuyaMCU_ParseStateMessage: processing command 3, dataType 2-x and 4 data "
        "bytes|Info:TuyaMCU:TuyaMCU_ParseStateMessage: raw data 4 int: 41"
    ),
]


def listening(net, *, seconds=1.0):
    return data_points(net.ctx, net.hosts[0], seconds=seconds)


def test_a_curtain_is_heard_named_and_made_into_lines(tmp_path):
    with lan(tmp_path) as net:
        net.device.plug.mcu = CURTAIN
        run(net.obk.command("startDriver TuyaMCU"))
        found = listening(net)
        assert found.looks_like == "curtain"
        names = {row.number: (row.name, row.kind, row.last) for row in found.points}
        assert names[2] == ("Position wanted", "value", 40)
        assert names[3] == ("Position", "value", 41)
        assert names[5] == ("Direction reversed", "bool", 0)
        assert names[101] == ("", "raw", None)
        lines = "\n".join(found.openbeken)
        assert "startDriver TuyaMCU" in lines
        assert "linkTuyaMCUOutputToChannel 5 bool 5" in lines
        assert "Position wanted" in found.esphome
        assert "sensor_datapoint: 3" in found.esphome


def test_a_device_without_the_driver_or_without_a_word_is_told_so(tmp_path):
    with lan(tmp_path) as net:
        with pytest.raises(UsageError, match="startDriver TuyaMCU"):
            listening(net)
        run(net.obk.command("startDriver TuyaMCU"))
        with pytest.raises(NoDataPoints) as caught:
            listening(net, seconds=0.2)
        assert "tuyaMcu_setBaudRate" in caught.value.hint


@pytest.mark.parametrize("wording", WORDINGS)
def test_every_wording_of_the_log_is_understood(wording):
    heard = Heard()
    for line in ["Info:MAIN:Time 17, idle 3", *wording.split("|"), "Info:CFG: id 9 saved"]:
        heard.take(line)
    assert heard.kinds == {3: DataKind.VALUE}
    assert heard.values == {3: (41, 41, 41)}


@given(st.lists(st.text(max_size=80), max_size=20))
def test_any_log_gives_data_points_or_nothing(lines):
    heard = Heard()
    for line in lines:
        heard.take(line)
    assert all(0 < point.number < 256 for point in heard.points())


def points(*pairs):
    return [DataPoint(number=number, kind=kind, writable=True) for number, kind in pairs]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_known_by_all_its_points(kind):
    whole = points(*((number, usual.kind) for number, usual in kind.points.items()))
    assert kind_of(whole) is kind
    found, name = named(whole)
    assert name == kind.name
    assert [point.name for point in found] == [usual.name for usual in kind.points.values()]


def test_a_point_of_another_type_rules_a_kind_out():
    odd = points((1, DataKind.ENUM), (2, DataKind.VALUE), (3, DataKind.BOOL))
    assert kind_of(odd) is None
    assert named(odd)[1] == ""


def test_switches_without_a_kind_have_their_usual_name_and_others_none():
    found, kind = named(points((1, DataKind.BOOL), (111, DataKind.VALUE)))
    assert (kind, [point.name for point in found]) == ("", ["Switch 1", ""])


def test_the_stored_schema_gets_names_with_the_word_that_they_are_usual_ones():
    schema = [
        {"id": 1, "mode": "rw", "type": "obj", "property": {"type": "bool"}},
        {"id": 18, "mode": "ro", "type": "obj", "property": {"type": "value", "scale": 0}},
        {"id": 19, "mode": "ro", "type": "obj", "property": {"type": "value", "scale": 1}},
        {"id": 20, "mode": "ro", "type": "obj", "property": {"type": "value", "scale": 1}},
    ]
    profile = profile_of_serial_mcu(baud=9600, schema=schema)
    assert [point.name for point in profile.serial.points] == [
        "Switch 1", "Current", "Power", "Voltage",
    ]  # fmt: skip
    assert any("usual" in text for text in profile.remarks)
