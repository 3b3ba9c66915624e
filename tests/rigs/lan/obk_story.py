"""A day of a simulated OpenBeken, told by requests: what `--openbeken` answers, as a text file.

The simulator was held against recordings of a real device (test_obksim_captures.py). Those are not
part of the project; this story, made up for it, shows without them whether it still answers so.
"""

from __future__ import annotations

import json
from pathlib import Path

from obk_replies import elements, essence, plain
from obksim_rig import FAST, RawReply, request

from plugsmith.clock import VirtualClock
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.server import serve
from plugsmith.sim.obk.plug.plug import Load, Plug

FILE = Path(__file__).parents[2] / "data" / "obk-story.txt"
FACTS = ("title", "inputs", "lines", "area", "switches", "flags", "notes", "footer")
# a request a line, a body behind it; or what people do between two
STORY = """
GET /
wait 3
GET /index
GET /about
GET /cfg_wifi
GET /cfg_mqtt
GET /cfg_name
GET /cfg_startup
GET /cfg_generic
GET /cfg_pins
GET /ota
GET /cmd_tool
GET /ha_discovery
GET /no-such-page
GET /api/no-such
GET /api/info
GET /api/pins
GET /api/channels
GET /api/logconfig
GET /api/lfs/
GET /api/lfs/none.txt
GET /api/del/none.txt
GET /api/flash/zz
GET /api/flash/1FF000-2000
GET /api/flash/1E1000-20
POST /api/flash/11000-1000 aaaa
HEAD /index
OPTIONS /api/pins
POST /api/no-such x
POST /api/cmnd backlog setPinRole 26 Rel; setPinChannel 26 1; setPinRole 10 Btn; setPinChannel 10 1
POST /api/cmnd setPinRole 6 LED_n
POST /api/cmnd setPinRole 6 NoRole
POST /api/cmnd setPinRole 6
POST /api/cmnd no-such-command
POST /api/cmnd
POST /api/cmnd POWER ON
POST /api/cmnd GetChannel 1
POST /api/cmnd Flags 1024
POST /api/cmnd Flags
POST /api/cmnd ShortName desk
POST /api/cmnd MqttHost 192.0.2.9
POST /api/cmnd Password1 made-up-word
POST /api/cmnd StartupCommand "startDriver BL0937"
POST /api/cmnd Status
GET /cm?cmnd=POWER
GET /cm?cmnd=POWER%20TOGGLE
GET /cm?cmnd=Status%202
GET /cm?cmnd=Status%205
GET /cm?cmnd=Status%208
GET /cm?cmnd=STATE
GET /cm?cmnd=MqttHost
GET /cm?cmnd=no-such-command
GET /cm
POST /cm cmnd=POWER
POST /api/pins {"roles": [0, 0, 0, 0, 0, 0, 6], "deviceFlag": 10}
POST /api/pins {"roles": [1,
POST /api/pins [1]
POST /api/pins
GET /api/channelTypes
POST /api/channelTypes {"types": [0, 6]}
POST /api/channels [0, 1]
POST /api/channels {"1": 1}
POST /api/logconfig {"level": 3}
POST /api/lfs/notes/a.txt made up
GET /api/lfs/notes/a.txt
GET /api/lfs/notes
GET /api/lfs/
POST /api/cmnd lfs_remove notes/a.txt
GET /cfg_name?shortName=lamp&name=A+lamp
GET /startup_command?data=echo+1&startup_cmd=1
GET /cfg_wifi_set?ssid=Home&pass=made-up-word
GET /index?tgl=1
POST /api/cmnd backlog setPinRole 7 BL0937CF; setPinRole 8 BL0937CF1; setPinRole 24 BL0937SEL
POST /api/cmnd startDriver BL0937
POST /api/cmnd backlog POWER ON; echo on
plug a load in
wait 6
GET /index?state=1
POST /api/cmnd VoltageSet 230
POST /api/cmnd PowerSet
switch off and on
GET /api/info
GET /index
POST /api/ota no firmware
POST /api/cmnd startDriver SSDP
GET /ssdp.xml
POST /api/reboot
"""


def told() -> str:
    """The story as the simulator tells it today."""
    clock = VirtualClock()
    device = SimObk(clock=clock, plug=Plug())
    parts = []
    with serve(device, settle_s=FAST) as server:
        for line in STORY.strip().splitlines():
            action, _blank, rest = line.partition(" ")
            if action == "wait":
                clock.sleep(float(rest))
                device.tick()
            elif action == "plug":
                device.plug_in(Load(volts=230, watts=100, amps=0.5))
            elif action == "switch":
                device.power_cycle()
                clock.sleep(2)
                device.tick()
            else:
                path, _blank, body = rest.partition(" ")
                sent = body.encode() if action == "POST" else None
                reply = request(server.endpoints[0], action, path, sent)
                parts.append(f"> {line}\n{reply.status} {reply.content_type}\n{_said(reply)}\n")
    return "\n".join(parts)


def _said(reply: RawReply) -> str:
    kind = reply.content_type or ""
    if kind == "text/html":
        facts = essence(reply.text)
        facts["inputs"] = sorted(facts["inputs"])
        return "\n".join(f"{name}: {json.dumps(facts[name])}" for name in FACTS if facts[name])
    if "xml" in kind:
        return "\n".join(f"{name}: {value}" for name, value in elements(reply.text))
    if kind == "application/octet-stream":
        return reply.body.hex()
    return plain(reply.text).rstrip()
