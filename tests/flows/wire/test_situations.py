"""Every row of the table in docs/linking.md: a desk with that trouble, and what each verb says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from campaign import image, old_flash
from campaign_size import sampled
from flows_rig import Rig

from plugsmith.errors import PlugsmithError
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.doctor import doctor
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.info import info
from plugsmith.flows.wire.raw_read import read_flash
from plugsmith.flows.wire.raw_write import write_raw
from plugsmith.memory import AddressRange
from plugsmith.sim.faults import Echo, FaultPlan, PortVanishes, SilentChip
from plugsmith.sim.ports.adapter import Adapter, adapter_model
from plugsmith.sim.ports.other_rom import ROMS
from plugsmith.sim.timing import WaitTimes

PAGE = Path(__file__).parents[3] / "docs" / "linking.md"
VERBS = ("info", "backup", "flash", "read", "write")
SPAN = AddressRange(0x15_0000, 0x15_3000)
MCU = "55aa00000000ff55aa0001000000"


def words(text: str) -> str:
    return text.encode().hex()


@dataclass(frozen=True)
class Trouble:
    """A desk: adapter words, faults of the chip, settings; whether somebody resets the chip."""

    adapter: tuple[str, ...] = ()
    faults: tuple = ()
    user: bool = False
    name: str = "sim://rig"
    chip: str = "BK7231T"
    seconds: float = 6.0
    verbs: tuple[str, ...] = VERBS
    latency_s: float = 0.001
    doctor: bool = True  # which links once and looks for a moment
    settings: dict = field(default_factory=dict)


DARK = (SilentChip(),)
MUCH_IS_ASKED = tuple(verb for verb in VERBS if verb != "read")  # a few sectors get through
AWAKE = {"patience": WaitTimes(idle_reset_s=2.0)}  # with 0.1 s no network is fast enough
TROUBLES = {
    "nobody resets the chip, or a wire is missing": Trouble(faults=DARK),
    "a stray byte every few seconds": Trouble(("talk:115200:00:2.1",), DARK),
    "the adapter does not send": Trouble(("deaf",)),
    "a serial MCU talks at 9600 baud": Trouble((f"talk:9600:{MCU}:1",), DARK),
    "a serial MCU talks at 115200 baud": Trouble((f"talk:115200:{MCU}:1",), DARK),
    "RX and TX touch each other": Trouble((), (SilentChip(), Echo())),
    "the adapter is on the log pin": Trouble(
        ("talk:115200:" + words("V:BK7231S_1.0.5\r\nCPSR:000000D3\r\nJ 0x10000\r\n") + ":9",), DARK
    ),
    "another program talks on the port": Trouble(
        ("talk:115200:" + words("temperature 21.5, all is well\r\n") + ":1",), DARK
    ),
    "OpenBeken talks and does not obey": Trouble(
        ("talk:115200:" + words("Info:MAIN:Time 12, idle 104203/s, free 79208\r\n") + ":1",), DARK
    ),
    "an ESP8266 is connected": Trouble(("other:esp8266",), seconds=16.0),
    "an ESP8266 waits in its boot mode": Trouble(("other:esp8266-boot",)),
    "an ESP32-C3 is connected": Trouble(("other:esp32c3",)),
    "an ESP32-C3 waits in its boot mode": Trouble(("other:esp32c3-boot",)),
    "an LN882H is connected": Trouble(("other:ln882h",)),
    "an LN882H waits in its boot mode": Trouble(("other:ln882h-boot",)),
    "an LN8825B waits in its boot mode": Trouble(("other:ln8825b-boot",)),
    "an RTL8710B is connected": Trouble(("other:rtl8710b",)),
    "an RTL8710B waits in its boot mode": Trouble(("other:rtl8710b-boot",)),
    "an RTL8720C is connected": Trouble(("other:rtl8720c",)),
    "an RTL8720C waits in its boot mode": Trouble(("other:rtl8720c-boot",)),
    "a BL602 is connected": Trouble(("other:bl602",), verbs=()),
    "a BL602 waits in its boot mode": Trouble(("other:bl602-boot",)),
    "a BL702 waits in its boot mode": Trouble(("other:bl702-boot",)),
    "a BL616 waits in its boot mode": Trouble(("other:bl616-boot",)),
    "an XR809 waits in its boot mode": Trouble(("other:xr809-boot",)),
    "a W600 waits in its boot mode": Trouble(("other:w600-boot",), seconds=16.0),
    "a computer's login is on the port": Trouble(
        ("talk:115200:" + words("\r\nDebian GNU/Linux 12 box ttyUSB0\r\nbox login: ") + ":4",), DARK
    ),
    "the line is held low": Trouble(("low",)),
    "noise": Trouble(("talk:115200:8091f3e09cff81:0.2",), DARK),
    "the supply breaks down all the time": Trouble(("dips:0.06",), verbs=MUCH_IS_ASKED),
    "the chip answered and is gone for good": Trouble(
        ("dark:0.5",), seconds=4.0, verbs=("info", "backup", "flash"), doctor=False
    ),
    "another program takes the port after each opening": Trouble(("gone:1.5",), DARK, seconds=20.0),
    "the adapter is pulled out": Trouble(
        (), (*DARK, PortVanishes(at=3000, seconds=None)), seconds=20.0
    ),
    "a serial server hangs up after each connection": Trouble(
        ("gone:0.2", "far:0.01"), DARK, name="socket://far:1", seconds=20.0
    ),
    "the port takes no more bytes": Trouble(("stuck:900",), DARK),
    "a telnet server at a socket:// address": Trouble(
        ("far:0.01", "greet:fffd2cfffb00"), DARK, name="socket://far:1"
    ),
    "a network with a round trip of 0.6 s": Trouble(
        ("far:0.6",), user=True, settings=AWAKE, seconds=20.0
    ),
    "a network with a round trip of 0.1 s": Trouble(
        ("far:0.1",), user=True, settings=AWAKE
    ),
    "a network with a round trip of 0.3 s": Trouble(
        ("far:0.3",), user=True, settings=AWAKE, seconds=20.0
    ),
    "the supply dips after some erases": Trouble(
        ("dips-after-erases:3:0.02",), user=True, seconds=30.0, verbs=("flash",)
    ),
    "the port vanishes once and comes back": Trouble(
        (), (PortVanishes(at=60_000, seconds=1.0),), user=True, seconds=30.0, verbs=("backup",)
    ),
    "the adapter takes any speed and stays at 115200": Trouble(
        ("most:115200",), user=True, seconds=30.0
    ),
    "the adapter is limited to 460800": Trouble(
        ("most:460800",), user=True, seconds=30.0
    ),
    "the adapter refuses rates above 460800": Trouble(
        ("refuse:460800",), user=True, seconds=30.0
    ),
    "the adapter maps rates to others": Trouble(
        ("map:921600:888888", "map:2000000:1500000", "map:1000000:1043000"),
        user=True, seconds=30.0,
    ),
    "noise above 230400 baud": Trouble(
        ("noise:230400:0.1",), user=True, seconds=30.0
    ),
    "noise everywhere, one byte of a thousand": Trouble(
        ("noise:0:1e-3",), user=True, seconds=30.0, verbs=MUCH_IS_ASKED
    ),
    "changing the speed resets the chip": Trouble(
        ("reopen:0.1:resets",), user=True, chip="BK7231N", seconds=30.0
    ),
    "the adapter has a small transmit buffer": Trouble(
        ("buffer:1024",), user=True, seconds=30.0, verbs=("flash",)
    ),
}  # fmt: skip


def rows() -> dict[str, tuple[str, str, str]]:
    """Situation: what is said, what to do, how it ends; as the page has them."""
    text = PAGE.read_text("utf-8").partition("## What you see, and what to do")[2]
    found = {}
    for line in text.partition("\n## ")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 4 and cells[0] != "Situation":
            found[cells[0]] = (cells[1], cells[2], cells[3])
    return found


ROWS = rows()
# One verb of each trouble, and of the others, which link in the same way, a sample.
RUNS = [(name, trouble.verbs[0]) for name, trouble in TROUBLES.items() if trouble.verbs] + sampled(
    [(name, verb) for name, trouble in TROUBLES.items() for verb in trouble.verbs[1:]], 12
)


def test_the_page_has_a_row_for_every_trouble_and_a_trouble_for_every_row():
    assert list(ROWS) == list(TROUBLES)
    assert len(ROWS) > 30


@pytest.mark.parametrize(
    "code",
    ["PS-PORT-TAKEN", "PS-PORT-CLOSED", "PS-PORT-STUCK", "PS-PORT-TELNET", "PS-LINK-SLOW"],
)
def test_every_verdict_with_an_error_of_its_own_has_a_row(code):
    assert any(code in end for _sentence, _step, end in ROWS.values())


def desk(name, tmp_path):
    trouble = TROUBLES[name]
    adapter = Adapter(adapter_model(trouble.adapter), user_s=4.0 if trouble.user else None, seed=3)
    rig = Rig(
        tmp_path, trouble.chip, old_flash(trouble.chip), adapter=adapter, paced=True,
        latency_s=trouble.latency_s, faults=FaultPlan(faults=trouble.faults), **trouble.settings,
    )  # fmt: skip
    rig.lines, rig.name = "none", trouble.name
    return rig, rig.ctx("no-backup", timeout=trouble.seconds)


def run(verb, chip, ctx, tmp_path):
    if verb == "flash":
        path = tmp_path / "image.bin"
        path.write_bytes(image(chip))
        return flash(ctx, path)
    if verb == "read":
        return read_flash(ctx, lambda _size: SPAN)
    if verb == "write":
        return write_raw(ctx, bytes(len(SPAN)), start=SPAN.start)
    return {"info": info, "backup": backup, "doctor": doctor}[verb](ctx)


def said(rig, failure) -> str:
    """Everything that the user reads."""
    lines = [f"{event.message} {getattr(event, 'hint', '')}" for event in rig.log
             if event.kind in {"log", "warning"}]  # fmt: skip
    if failure is not None:
        lines.append(f"{failure.message} {failure.hint}")
    return "\n".join(lines)


def matches(cell: str, text: str) -> bool:
    return re.search(re.escape(cell).replace(r"\.\.\.", ".+"), text) is not None


@pytest.mark.sample(20)
@pytest.mark.parametrize(("name", "verb"), RUNS)
def test_a_verb_says_what_the_page_says(tmp_path, name, verb):
    sentence, step, end = ROWS[name]
    rig, ctx = desk(name, tmp_path)
    failure = None
    try:
        run(verb, TROUBLES[name].chip, ctx, tmp_path)
    except PlugsmithError as error:
        failure = error
    ended = f"{int(failure.exit_code)} `{failure.code}`" if failure else "0"
    assert ended == end, failure and str(failure)
    text = said(rig, failure)
    told = failure.message if failure else text
    assert matches(sentence, told), told
    advice = failure.hint if failure else text
    assert not step or matches(step, advice), advice


@pytest.mark.parametrize(
    "name", ["the supply breaks down all the time", "noise everywhere, one byte of a thousand"]
)
def test_a_short_read_gets_through_with_the_right_bytes_or_says_why(tmp_path, name):
    rig, ctx = desk(name, tmp_path)
    ended, data = 0, rig.content[SPAN.start : SPAN.end]
    try:
        data = read_flash(ctx, lambda _size: SPAN).data
    except PlugsmithError as failure:
        ended = int(failure.exit_code)
    assert ended in {0, 6}
    assert data == rig.content[SPAN.start : SPAN.end]


FAILING = [name for name, row in ROWS.items() if row[2][0] in "34" and TROUBLES[name].doctor]


@pytest.mark.sample(3)
@pytest.mark.parametrize("name", FAILING)
def test_doctor_says_what_the_page_says(tmp_path, name):
    sentence, _step, end = ROWS[name]
    rig, ctx = desk(name, tmp_path)
    found = doctor(ctx)
    result = found.result()
    assert matches(sentence.rstrip("."), result.text + said(rig, None)), result.text
    assert int(result.exit_status) == int(end[0])
    assert result.causes[0].likelihood == "likely"


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("rate", "period_s", "verbs"),
    [
        (9_600, 5, "both"),
        (19_200, 1, "both"),
        (19_200, 4.5, "both"),
        (57_600, 3.3, "both"),
        (38_400, 7, "doctor"),  # five times seven seconds are more than a verb has
    ],
)
def test_a_serial_mcu_that_talks_seldom_is_known_to_doctor_as_to_every_verb(
    tmp_path, rate, period_s, verbs
):
    adapter = Adapter(adapter_model((f"talk:{rate}:{MCU}:{period_s}",)), seed=3)
    rig = Rig(tmp_path, "BK7231T", old_flash("BK7231T"), adapter=adapter, paced=True,
              latency_s=0.001, faults=FaultPlan(faults=DARK))  # fmt: skip
    rig.lines = "none"
    if verbs == "both":
        with pytest.raises(PlugsmithError) as seen:
            info(rig.ctx(timeout=30.0))
        assert "Frames of a TuyaMCU" in seen.value.message
    assert doctor(rig.ctx(timeout=None)).heard.value == "tuya-mcu"


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("chip", "rate"),
    [("esp8266", 150_000), ("esp32c3", 33_000), ("ln882h", 250_000), ("rtl8710b", 52_000),
     ("rtl8720c", 1_000_000), ("bl602", 500_000)],
)  # fmt: skip
def test_the_right_text_at_a_speed_that_no_such_chip_has_names_nobody(tmp_path, chip, rate):
    text = ROMS[chip].says.hex()
    adapter = Adapter(adapter_model((f"talk:{rate}:{text}:1",)), seed=3)
    rig = Rig(tmp_path, "BK7231T", old_flash("BK7231T"), adapter=adapter, paced=True,
              latency_s=0.001, faults=FaultPlan(faults=DARK))  # fmt: skip
    rig.lines = "none"
    found = doctor(rig.ctx(timeout=None)).result()
    assert found.heard.value != "other-chip", found.text


def test_a_chip_is_caught_although_somebody_talks_every_five_seconds(tmp_path):
    """Listening at other rates is short: a reset by hand between two frames is not missed."""
    adapter = Adapter(adapter_model((f"talk:38400:{MCU}:5",)), user_s=4.0, seed=3)
    rig = Rig(tmp_path, "BK7231T", old_flash("BK7231T"), adapter=adapter, paced=True,
              latency_s=0.001)  # fmt: skip
    rig.lines = "none"
    assert info(rig.ctx(timeout=30.0)).identity.chip.name == "BK7231T"
    assert adapter.user_resets <= 2


@pytest.mark.parametrize("timeout_s", [None, 2.0])
def test_other_chips_are_greeted_once_while_waiting_but_not_in_a_short_search(tmp_path, timeout_s):
    adapter = Adapter(adapter_model(("other:ln882h-boot",)))
    rig = Rig(tmp_path, "BK7231T", old_flash("BK7231T"), adapter=adapter)
    rig.lines = "none"
    sink = rig.log.emit
    rig.log.emit = lambda event: (
        sink(event),
        event.kind == "warning" and event.code == "PS-NOTE-HEARD" and rig.cancel.cancel(),
    )
    with pytest.raises(PlugsmithError) as ended:
        info(rig.ctx(timeout=timeout_s))
    heard = [event.message for event in rig.log if getattr(event, "code", "") == "PS-NOTE-HEARD"]
    if timeout_s is None:
        assert heard == ["The boot code of another chip answers: LN882H."]
        assert 18 <= rig.clock.monotonic() < 22
    else:
        assert heard == []
        assert "Nothing at all was received." in ended.value.message
