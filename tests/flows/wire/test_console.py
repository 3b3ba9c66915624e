"""The console: whole lines, secrets masked, the right speed found, commands sent, nothing lost."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flows_rig import Rig, factory, openbeken
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.errors import PlugsmithError
from plugsmith.errors.port import PortLost, PortUnsupported
from plugsmith.flows.wire.console import RATES, ConsoleWish, console
from plugsmith.link.lines import LONGEST_LINE, LineReader, SpeedJudge
from plugsmith.link.port import PortCapabilities, PortInfo
from plugsmith.secrets import KNOWN, KnownSecrets, SecretsOfRun, redact_typed

BOOT = b"Info:MAIN:Main_Init_Before_Delay\r\nInfo:WIFI:ssid [home net] pass [hunter2 secret]\r\n"


class ScriptedPort:
    """Prints `parts` one after the other at `rate`, noise at any other; records what is sent."""

    info = PortInfo(name="scripted")

    def __init__(self, clock, parts, *, rate=115_200, fixed=False, lost=False):
        self.capabilities = PortCapabilities(
            modem_lines=False, speed_changes=not fixed, local=False
        )
        self.baud = 115_200
        self.sent = b""
        self._clock, self._parts, self._rate = clock, list(parts), rate
        self._fixed, self._lost = fixed, lost

    def read(self, limit, timeout_s):
        self._clock.sleep(timeout_s)
        if not self._parts:
            if self._lost:
                raise PortLost(port="scripted", problem="gone")
            return b""
        if self.baud != self._rate:
            return bytes(range(0x80, 0xC0))
        return self._parts.pop(0)[:limit]

    def write(self, data):
        self.sent += data

    def set_baud(self, baud):
        if self._fixed:
            raise PortUnsupported(port="scripted", what="speed")
        self.baud = baud

    def close(self):
        pass


@pytest.fixture
def rig(tmp_path):
    return Rig(tmp_path, "BK7231N", factory("BK7231N", code_len=0x8000))


def listen(rig, port, *, typed=None, **wish):
    ctx, before = replace(rig.ctx(), open_port=lambda: port), len(list(rig.log))
    done = console(ctx, ConsoleWish(seconds=wish.pop("seconds", 3.0), **wish), typed=typed)
    heard = list(rig.log)[before:]
    lines = [item.message for item in heard if item.kind == "log" and item.level == "device"]
    return done, lines


def test_lines_are_put_together_from_pieces_and_secrets_are_masked(rig, tmp_path):
    pieces = [BOOT[at : at + 7] for at in range(0, len(BOOT), 7)]
    done, lines = listen(rig, ScriptedPort(rig.clock, pieces), output=tmp_path / "log.txt")
    assert done.lines == 2
    assert lines[0].endswith("Info:MAIN:Main_Init_Before_Delay")
    kept = (tmp_path / "log.txt").read_text()
    for text in ("\n".join(lines), kept):
        assert "hunter2" not in text
        assert "home net" not in text
    assert kept.count("\n") == 2


PRINTED = (  # each with what nobody may see of it
    (b"Info:CFG:Password1=hunter2hunter2\r\n", "hunter2hunter2"),
    (b"Info:WIFI:ssid [home nest] pass [hunter2 secret] ok\r\n", "hunter2 secret"),
    (b'{"mqtt_password":"hunter2 secret","port":1883}\r\n', "hunter2 secret"),
    (b"<password>hunter2secret</password><port>1883</port>\r\n", "hunter2secret"),
    (b"dump 6b1f9c04d7e8a2356b1f9c04d7e8a235 end\r\n", "6b1f9c04d7e8a2356b1f9c04d7e8a235"),
    ("Info:CMD:[CMD_X] args zażółć gęślą ok\r\n".encode(), "zażółć gęślą"),
    (b"Info:NET:http://admin:hunter2hunter2@192.168.1.4/cm ok\r\n", "hunter2hunter2"),
)


def leaks(text, secret):
    """Whether the end of a secret that is four letters or longer can be read."""
    return secret[-4:] in text


@pytest.mark.sample(3)
@pytest.mark.parametrize(("line", "secret"), PRINTED, ids=lambda item: repr(item)[:24])
def test_no_pause_inside_a_line_uncovers_a_secret(rig, tmp_path, line, secret):
    KNOWN.note("zażółć gęślą")
    for at in range(1, len(line)):
        output = tmp_path / f"{at}.txt"
        parts = [line[:at], *[b""] * 9, line[at:], b"next\r\n"]
        _done, lines = listen(rig, ScriptedPort(rig.clock, parts), output=output, seconds=1.5)
        shown = "\n".join(lines) + output.read_text(encoding="utf-8")
        assert not leaks(shown, secret), (at, lines)
        assert lines[-1].endswith("next")


@given(
    st.lists(st.sampled_from(PRINTED), min_size=1, max_size=3),
    st.lists(st.integers(0, 250), max_size=12),
    st.integers(0, LONGEST_LINE + 40),
)
def test_no_secret_is_seen_wherever_a_line_is_split_or_cut(printed, splits, filling):
    with KNOWN.run(SecretsOfRun()):
        KNOWN.note("zażółć gęślą")
        text = b"boot " * (filling // 5) + b"".join(line for line, _secret in printed)
        reader, seen, at = LineReader(masked=True), [], 0
        for until in sorted(len(text) - split for split in splits if split < len(text)):
            seen += reader.feed(text[at:until]) + reader.pause()
            at = until
        seen += reader.feed(text[at:]) + reader.flush()
    for _line, secret in printed:
        assert not any(leaks(piece, secret) for piece in seen), seen


def test_a_line_in_pieces_is_shown_once_and_whole_but_for_its_secrets():
    reader = LineReader(masked=True)
    assert reader.feed(b"Info:CFG:Password1=hun") + reader.pause() == ["Info:CFG:Password1=***"]
    assert reader.pause() == []
    assert reader.feed(b"ter2hunter2\r\nUptime: ") + reader.pause() == ["Uptime: "]
    assert reader.feed(b"seven minutes\r\n") == ["seven minutes"]


def test_a_secret_without_an_end_stays_hidden_and_the_next_line_is_seen():
    reader = LineReader(masked=True)
    seen = [piece for _ in range(40) for piece in reader.feed(b"Password1=" + b"longlong " * 99)]
    seen += reader.feed(b"\nnext\n")
    assert "long" not in "".join(seen)
    assert seen[-1] == "next"


def test_an_endless_line_without_secrets_is_shown_whole():
    reader, words = LineReader(masked=True), "".join(f"word{n}z " for n in range(1000))
    seen = [
        piece
        for at in range(0, len(words), 700)
        for piece in reader.feed(words[at : at + 700].encode())
    ]
    assert "".join(seen + reader.flush()) == words


@pytest.mark.parametrize(
    ("command", "secret"),
    [
        ("Password1 hunter2hunter2", "hunter2hunter2"),
        ("WifiKey hunter2hunter2", "hunter2hunter2"),
        ("MqttPassword hunter2", "hunter2"),
        ('ssid1 "my home nest"', "my home nest"),
        ("backlog SSID1 homenest; Password1 hunter2 hunter2", "hunter2 hunter2"),
        ("Password1 hunter;2hunter", "hunter;2hunter"),
        ("Password1 hunt'er2", "hunt'er2"),
        ('MqttPassword hun"ter"2', 'hun"ter"2'),
        ("Password1 the horse battery", "the horse battery"),
        ("WebPassword false", "false"),
        ("Password1 env:HOME", "env:HOME"),
        ("Password1 [hunter]2", "[hunter]2"),
        ("ssid1 Tom's nest", "Tom's nest"),
        ("backlog power on; Password1 hunt'er2;restart", "hunt'er2"),
        ('backlog Password1 "hunter;2";restart', "hunter;2"),
        ("backlog Password1 'hunter;2';restart", "hunter;2"),
        (r"backlog Password1 \"hunter;2\";restart", "hunter;2"),
        (r'backlog Password1 "hun\";ter";restart', 'hun";ter'),
        (r"backlog Password1 hun\;ter;restart", "hun;ter"),
        ("backlog Password1 'hun;hunter2'", "hunter2"),
        ("backlog Password1 hunt'er2; WebPassword hunt'er3", "hunt'er2"),
        ("backlog Password1 hunt'er2; WebPassword hunt'er3", "hunt'er3"),
    ],
)
def test_an_echo_of_a_typed_secret_is_masked_without_its_name(rig, tmp_path, command, secret):
    parts = [f"Info:CMD:[CMD_X] args {secret} taken\r\n".encode()]
    with KNOWN.run(SecretsOfRun()):
        output = tmp_path / "log.txt"
        _done, lines = listen(
            rig, ScriptedPort(rig.clock, parts), commands=(command,), output=output
        )
    assert secret not in "\n".join(lines) + output.read_text(encoding="utf-8")
    assert lines[-1].endswith("Info:CMD:[CMD_X] args *** taken")


QUOTABLE = st.text("abcXY019;'\"\\ ", min_size=1, max_size=16).map(lambda text: f"Q1z{text}z1Q")


def in_marks(text, mark):
    """As JSON and C write it; in marks that are escaped themselves, without marks and escapes."""
    if len(mark) > 1:
        return mark + re.sub(r"[\\\"']", "", text) + mark
    return mark + text.replace("\\", "\\\\").replace(mark, "\\" + mark) + mark


@given(QUOTABLE, QUOTABLE, st.sampled_from(['"', "'", r"\"", r"\'", r"\\\""]))
def test_a_typed_list_is_shown_without_any_of_its_quoted_secrets(one, two, mark):
    one, two = in_marks(one, mark), in_marks(two, mark)
    shown, values = redact_typed(f"backlog power on; SSID1 {one};Password1 {two}; restart")
    assert shown == "backlog power on; SSID1 ***;Password1 ***; restart"
    known = KnownSecrets()
    known.note(*values)
    for part in (one, two, *one.split(";"), *two.split(";")):
        told = part.strip("\\\"' ")
        assert len(told) < 4 or told not in known.mask(f"cmd {part} NOT found")


@given(st.text("abXY01;, ", max_size=16), st.sampled_from(['"', "'", r"\"", r"\\'"]))
def test_marks_without_an_end_hide_what_may_belong_to_them(text, mark):
    shown, _values = redact_typed(f"backlog power on; Password1 {mark}{text};hunter2")
    assert shown == "backlog power on; Password1 ***"


def test_secrets_are_shown_when_asked_for(rig):
    _done, lines = listen(rig, ScriptedPort(rig.clock, [BOOT]), show_secrets=True)
    assert any("hunter2 secret" in line for line in lines)


def test_what_has_no_end_is_shown_after_a_pause(rig):
    done, lines = listen(rig, ScriptedPort(rig.clock, [b"login> "]))
    assert (done.lines, lines[0][-7:].strip()) == (1, "login>")


@pytest.mark.parametrize("rate", [9_600, 921_600, 74_880])
def test_another_speed_is_found(rig, rate):
    port = ScriptedPort(rig.clock, [b"hello from the other speed\n"] * 12, rate=rate)
    done, lines = listen(rig, port, seconds=20.0)
    assert done.baud == rate
    assert any("hello from the other speed" in line for line in lines)


def test_noise_at_every_speed_is_told_once(rig):
    done, _lines = listen(rig, ScriptedPort(rig.clock, [b"x"], rate=1), seconds=20.0)
    assert done.baud == RATES[0]
    assert rig.warnings().count("PS-NOTE-NO-TEXT") == 1


def test_a_named_speed_and_a_port_of_one_speed_are_left_alone(rig):
    assert listen(rig, ScriptedPort(rig.clock, [b"x"], rate=9600), baud=57_600)[0].baud == 57_600
    fixed = ScriptedPort(rig.clock, [b"x"], rate=9600, fixed=True)
    assert listen(rig, fixed)[0].baud == 115_200


def test_commands_go_out_and_are_shown_masked(rig):
    port = ScriptedPort(rig.clock, [b"OK\r\n"])
    queue = ["MqttPassword topsecret", "status"]
    _done, lines = listen(
        rig, port, commands=("power on",), typed=lambda: queue.pop(0) if queue else None
    )
    assert port.sent == b"power on\r\nMqttPassword topsecret\r\nstatus\r\n"
    assert not any("topsecret" in line for line in lines)
    assert any(line.endswith("> power on") for line in lines)


def test_ctrl_c_ends_with_a_result(rig):
    port = ScriptedPort(rig.clock, [b"one\n"])

    def typed():
        if rig.clock.monotonic() > 1.0:
            rig.cancel.cancel()

    assert listen(rig, port, typed=typed, seconds=None)[0].lines == 1


def test_what_was_heard_stays_when_the_port_goes(rig, tmp_path):
    port = ScriptedPort(rig.clock, [b"last words\n"], lost=True)
    with pytest.raises(PlugsmithError):
        listen(rig, port, output=tmp_path / "log.txt")
    assert "last words" in (tmp_path / "log.txt").read_text()


def test_the_start_of_a_flashed_device_is_seen_on_its_log_port(tmp_path):
    from plugsmith.flows.wire.flash import flash

    (tmp_path / "obk.bin").write_bytes(openbeken("BK7231N"))
    rig = Rig(tmp_path, "BK7231N", factory("BK7231N", code_len=0x8000))
    flash(rig.ctx(), tmp_path / "obk.bin")
    port = rig.log_port()
    ctx = replace(rig.ctx(), open_port=lambda: port)
    done = console(ctx, ConsoleWish(seconds=30.0))
    assert (done.booted, done.firmware) == (True, "OpenBeken")


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_the_reader_keeps_every_byte_in_lines_of_bounded_length(parts):
    reader = LineReader()
    lines = [line for part in parts for line in reader.feed(part)] + reader.flush()
    assert all(len(line) <= LONGEST_LINE for line in lines)
    plain = b"".join(parts).decode("utf-8", "replace")
    for word in plain.split():
        if word.isascii() and len(word) < 20:
            assert any(word in line for line in lines)


@given(st.binary(max_size=191))
def test_the_judge_is_sure_of_nothing_that_is_too_short(data):
    assert SpeedJudge().feed(data) is None


def test_the_judge_is_sure_of_text_and_of_noise_as_soon_as_it_is_long_enough():
    assert SpeedJudge().feed(b"Info:MAIN:Time 1\n" * 12) is True
    assert SpeedJudge().feed(bytes(range(128, 256)) * 2) is False
