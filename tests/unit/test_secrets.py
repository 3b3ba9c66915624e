"""Secrets in text that a device printed are masked; what is needed to help stays readable."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import within_cpu

from plugsmith.secrets import (
    MASK,
    new_in,
    redact,
    redact_fact,
    redact_told,
    redact_typed,
    secret_spans,
    sure_until,
)

CANARY = "Sesame-77!x"


@pytest.mark.parametrize(
    "line",
    [
        "Info:MAIN:Using SSID [{}]",
        "Info:MAIN:Using Pass [{}]",
        'json {{"passwd":"{}","wfb64":1}}',
        "connect ssid={} ch 6",
        "pwsd: {}",
        "local_key:{},",
        "token = '{}'",
    ],
)
def test_named_values_are_masked(line: str) -> None:
    shown = redact(line.format(CANARY))
    assert CANARY not in shown
    assert MASK in shown


@pytest.mark.parametrize(
    "line",
    [
        "get key:\n0x43 0xf7 0x52 0xcf 0x8 0xf8 0x3c 0x2f 0x7d 0xb0",
        "c8:47:8c:1a:2b:3c",
        "psk 00112233445566778899aabbccddeeff00112233",
        "43f752cf08f83c2f",
    ],
)
def test_long_hexadecimal_is_masked(line: str) -> None:
    digits = [part for part in line.replace(":", " ").split() if part[-1] in "0123456789abcdef"]
    shown = redact(line)
    assert digits[-1] not in shown


def test_what_helps_stays() -> None:
    log = (
        "V:BK7231S_1.0.5\nCPSR:000000D3\nST:BEDEAD03\nJ 0x10000\n"
        "prvHeapInit-start addr:0x414f98, size:176232\n"
        "Info:MAIN:Main_Init_After_Delay done\nError:CMD:LFS_ReadFile: lfs is absent"
    )
    assert redact(log) == log


def test_known_values_are_masked_wherever_they_stand() -> None:
    assert redact(f"x{CANARY}y", [CANARY]) == f"x{MASK}y"


@given(st.text(max_size=300))
def test_any_text_is_taken(text: str) -> None:
    assert isinstance(redact(text), str)


def test_names_made_of_the_mac_are_masked() -> None:
    shown = redact("bT obk6122E9FF/ at OpenBK7231T_6122E9FF")
    assert "6122E9FF" not in shown


VALUES = st.text(
    st.sampled_from("abcXYZ0189-_!$%*+/=?@#.,()~^|<>äß本"), min_size=6, max_size=24
).map(lambda text: f"Q{text}q")
LINES = [
    "MqttPassword {}",
    "backlog startDriver NTP; WebPassword {}; SetChannel 1 1",
    "Password1 {}",
    "SSID1 {}",
    'SSID1 "{}"',
    "wifi_password={}",
    "wifi_password = '{}'",
    "mqtt_pass: {}",
    "WIFI_PASSWORD2: {}",
    '{{"Passwd" : "{}"}}',
    '{{\\"passwd\\":\\"{}\\"}}',
    "{{'ap-ssid': '{}'}}",
    "psk={}",
    "psk21_key: {}",
    "pskKey={}",
    "hs_psk: {}",
    "auz_key: {}",
    "authKey={}",
    'gw {{"auzkey":"{}"}}',
    "sec_key: {}",
    "secKey={}",
    "localKey: {}",
    "lckey={}",
    "devId: {}",
    "dev_id={}",
    "gw_id: {}",
    "gwId={}",
    "login: {}",
    "pmk = {}",
    "passphrase: {}",
    "secret={}",
    "bssid: {}",
    "cookie: {}",
    "Bearer: {}",
    "Authorization: {}",
    'Authorization: x, "password": "{}"',
    'Authorization: Bearer "{}"',
    'Authorization: Digest username="{}", realm="x"',
    'Cookie: a=1; password="{}"',
    "Cookie: password='{}'",
    "password===={}",
    "psk:=:={}",
    "ssid===>{}",
    "mqtt://someone:{}@broker.lan:1883/topic",
    "http://{}@10.0.0.1/",
    "mqttUser {}",
]


@pytest.mark.sample(4)
@pytest.mark.parametrize("line", LINES)
@given(value=VALUES)
def test_no_value_behind_a_telling_word_survives(line: str, value: str) -> None:
    assert value not in redact(line.format(value))


ELEMENTS = [
    "<password>{}</password>",
    "<wifi:psk encoding='plain'>\n  {}\n</wifi:psk>",
    "<mqtt_user>{}</mqtt_user><rl1_pin>26</rl1_pin>",
    "<secret><![CDATA[{}]]></secret>",
    "<wifi><Password>{}",
    '<wifi password="{}" channel="6"/>',
    "<wifi channel='6' wifi_password = '{}'/>",
    '<string name="wifi_password">{}</string>',
    '<item type="s" key="ssid" kept="1">{}</item>',
    '<item name="password" value="{}"/>',
    "<input id='web_password' type='text' value='{}'>",
    "<key>wifi_password</key>\n  <string>{}</string><key>rl1_pin</key>",
    "<token>{}</token>",
]


@pytest.mark.sample(4)
@pytest.mark.parametrize("line", ELEMENTS)
@given(value=VALUES)
def test_no_value_of_a_telling_element_or_attribute_survives(line: str, value: str) -> None:
    shown = redact(line.format(escape(value)))
    assert escape(value) not in shown
    assert value[1:-1] not in shown
    assert redact(shown) == shown


@pytest.mark.parametrize("value", ["wrong horse", "a<b>c", "{x} [y], z", "true"])
def test_what_stands_in_an_element_goes_whole(value: str) -> None:
    assert redact(f"<a><password>{value}</password><b>1</b></a>") == (
        f"<a><password>{MASK}</password><b>1</b></a>"
    )


@pytest.mark.parametrize("line", [
    "<rl1_pin>26</rl1_pin><net_led_pin>7</net_led_pin>",
    '<item name="rl1_pin" value="26"/><key id="1"/><pin>8</pin>',
    "<key>rl1_pin</key>\n<integer>26</integer>",
    "<user>\n<rl1_pin>26</rl1_pin></user>",
])  # fmt: skip
def test_pins_in_xml_stay(line: str) -> None:
    assert redact(line) == line


@pytest.mark.parametrize("line", ["wifi_password: {} and more", "WebPassword {} more, much"])
def test_a_password_of_several_words_goes_whole(line: str) -> None:
    assert "more" not in redact(line.format("first"))


def test_commands_around_a_secret_stay() -> None:
    shown = redact("startDriver BL0937; MqttPassword hello-there; SetChannel 1 1")
    assert shown == f"startDriver BL0937; MqttPassword {MASK}; SetChannel 1 1"


@pytest.mark.parametrize("line", ["the password is wrong", "compass 7", "monkey: banana", "a=b"])
def test_prose_and_other_words_stay(line: str) -> None:
    assert redact(line) == line


@given(st.sampled_from(LINES), VALUES)
def test_masking_twice_is_masking_once(line: str, value: str) -> None:
    once = redact(line.format(value))
    assert redact(once) == once


def test_a_long_text_takes_no_time() -> None:
    with within_cpu(5):
        assert redact("wifi_" * 40_000) == "wifi_" * 40_000
        assert redact('"' * 100_000 + "pass" * 20_000).count("pass") == 20_000
        assert len(redact("a://" + "b" * 200_000)) > 4


@pytest.mark.sample(2)
@pytest.mark.slow
@pytest.mark.parametrize(
    "part", ["<key>", "<key ", ":key>a", "<key a='b' ", "<key>k</key>", '"key"']
)
def test_xml_without_an_end_takes_no_time(part: str) -> None:
    with within_cpu(5):
        assert redact(part * 10_000)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("psk [a b] ok", "psk [***] ok"),
        ("psk: [a b] ok", "psk: [***] ok"),
        ("psk [] ok", "psk [] ok"),
        ('"psk":"abc","n":1', '"psk":"***","n":1'),
        ('"psk":"","n":1', '"psk":"","n":1'),
        ("psk='abc' ok", "psk='***' ok"),
        (r"\"psk\":\"abc\",x", r"\"psk\":\"***\",x"),
        (r"\"psk\":\"\",x", r"\"psk\":\"\",x"),
        ('psk: "abc', 'psk: "***"'),
        ('<item name="psk" value="abc"/>', '<item name="psk" value="***"/>'),
        ("<psk>abc</psk>", "<psk>***</psk>"),
        ("a mqtt://me:pw@h/x", "a mqtt://***@h/x"),
        ("bT obk6122E9FF/ x", "bT obk***/ x"),
        ("Password1 abc; Power1 on", "Password1 ***; Power1 on"),
        ("Authorization: Basic abc", "Authorization: ***"),
    ],
)
def test_of_each_shape_the_value_goes_and_the_rest_stays(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text", ["psk: none", "psk: Null.", "psk: ***", "psk=env:A", "psk=file:/a", "psk = keyring:a"]
)
def test_what_is_no_value_or_only_the_place_of_one_stays(text: str) -> None:
    assert redact(text) == text
    assert list(secret_spans(text)) == []


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("a psk [abc] b", ["psk [abc]"]),
        ("a mqtt://me:pw@h b", ["mqtt://me:pw@"]),
        ('x "ssid":"net", "psk":""', ['ssid":"net"']),
        ("nothing", []),
    ],
)
def test_the_stretches_are_told_that_would_be_masked(text: str, spans: list[str]) -> None:
    assert [text[start:end] for start, end in secret_spans(text)] == spans


def test_in_noise_a_letter_in_front_of_a_telling_word_hides_nothing() -> None:
    assert list(secret_spans("gPassword1 xyz")) == []
    assert list(secret_spans("gPassword1 xyz", in_noise=True)) == [(1, 14)]


def test_values_that_the_caller_knows_go_from_four_characters_on_the_longest_first() -> None:
    assert redact("the cat is here", ["cat", "here"]) == f"the cat is {MASK}"
    assert redact("at open sesame", ["open", "open sesame"]) == f"at {MASK}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the password does not fit", None),
        ("the password is hunter", None),
        ("psk is: hunter", None),
        ("a placeholder MAC: its RF", None),
        ("--key=abc", None),
        ("user: me", None),
        ("password: hunter", "password: ***"),
        ("wifi-key=hunter", "wifi-key=***"),
        ("Password1 hunter", "Password1 ***"),
        ("MqttPassword is hunter", "MqttPassword is ***"),
        ('ssid "net"', 'ssid "***"'),
        ("a mqtt://me:pw@h/x", "a mqtt://***@h/x"),
    ],
)
def test_a_sentence_of_ours_keeps_its_prose_and_loses_what_was_put_into_it(
    text: str, shown: str | None
) -> None:
    assert redact_told(text) == (text if shown is None else shown)


def test_a_fact_is_masked_in_its_depth_and_keeps_its_names_and_numbers() -> None:
    assert redact_fact({"psk=abc": ["password: a", 7, None, {"a": "token=b"}]}) == {
        "psk=abc": [f"password: {MASK}", 7, None, {"a": f"token={MASK}"}]
    }


@pytest.mark.parametrize(
    ("line", "shown", "values"),
    [
        ("power on", "power on", set()),
        ("say psk: none", "say psk: none", set()),
        ("backlog power on", "backlog power on", set()),
        ("ssid1 home", "ssid1 ***", {"home"}),
        ("MqttPassword a b", "MqttPassword ***", {"a b"}),
        ("Password1 x; Power1 on", "Password1 ***", {"x; Power1 on", "x"}),
        ("Password1 a\\;b", "Password1 ***", {"a\\;b", "a;b", "a"}),
        (
            'Backlog Power1 on; Password1 x; ssid1 "a;b"',
            "Backlog Power1 on; Password1 ***; ssid1 ***",
            {"x", "a;b", "a", "b"},
        ),
        (
            'backlog ssid1 home; Password1 c\\"d; restart',
            "backlog ssid1 ***; Password1 ***; restart",
            {"home", 'c\\"d', 'c"d'},
        ),
    ],
)
def test_a_typed_command_is_shown_without_its_values_and_these_are_known(
    line: str, shown: str, values: set[str]
) -> None:
    told, found = redact_typed(line)
    assert told == shown
    assert values <= set(found)
    assert not set(found) - values - {"c"}  # what a list ends at is a value, too


@pytest.mark.parametrize(
    ("told", "given", "at"),
    [("abc", "abd", 2), ("abc", "abc", 3), ("ab", "abc", 2), ("abc", "ab", 2), ("", "", 0)],
)
def test_what_is_new_begins_where_it_differs(told: str, given: str, at: int) -> None:
    assert new_in(told, given) == at


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("hello", "hello"),
        ("a b c ", "a b c "),
        ("ssid [ho", "ssid ["),
        ("mqtt://me:pw", "mqtt://"),
        ("<psk>ab</", "<psk>"),
        ("<psk>ab</ps", "<psk>"),
        ("<b>ab</b>", "<b>ab</b>"),
        ("wifi 0123456789abcde", "wifi "),
        ("psk: a", "psk: ***"),
    ],
)
def test_of_a_line_without_an_end_only_that_is_sure_which_nothing_can_hide(
    text: str, sure: str
) -> None:
    told = redact(text)
    assert told[: sure_until(text, told)] == sure


@pytest.mark.parametrize(("length", "hidden"), [(1024, True), (1025, False)])
def test_no_head_of_a_secret_is_waited_for_that_is_longer_than_any(
    length: int, hidden: bool
) -> None:
    text = "x " + "ab:" * (length // 3) + "a" * (length % 3)
    assert (sure_until(text, text) < len(text)) is hidden
