"""The Tasmota-style status document: real facts among constants (openbeken.md 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.sim.obk.block import Number, Text

if TYPE_CHECKING:
    from plugsmith.sim.obk.running import Running

_NO_TIME = "0000-00-00T00:00:00"


def sections(device: Running, power: str) -> dict[str, str]:
    """All sections as JSON texts, in the order of `Status 0`."""
    short = device.block.text(Text.SHORT_NAME)
    topic = device.block.text(Text.MQTT_CLIENT)
    relays = device.bank.relay_channels() or device.bank.light_channels()
    on = sum(1 << at for at, channel in enumerate(relays) if device.bank.values[channel])
    names = ",".join(f'"{short}_{at}"' for at in range(1, max(len(relays), 1) + 1))
    chip = device.identity.chip
    uptime = int(device.uptime)
    return {
        "Status": f'{{"Module":0,"DeviceName":"{short}","FriendlyName":[{names}],'
        f'"Topic":"{topic}","ButtonTopic":"0","Power":{on},"PowerOnState":3,"LedState":1,'
        '"LedMask":"FFFF","SaveData":1,"SaveState":1,"SwitchTopic":"0",'
        '"SwitchMode":[0,0,0,0,0,0,0,0],"ButtonRetain":0,"SwitchRetain":0,"SensorRetain":0,'
        '"PowerRetain":0,"InfoRetain":0,"StateRetain":0}',
        "StatusPRM": '{"Baudrate":115200,"SerialConfig":"8N1","GroupTopic":"",'
        '"OtaUrl":"https://github.com/openshwprojects/OpenBK7231T_App/releases/latest",'
        f'"RestartReason":"HardwareWatchdog","Uptime":{uptime},"StartupUTC":"{_NO_TIME}",'
        '"Sleep":50,"CfgHolder":4617,"BootCount":22,"BCResetTime":"2022-01-27T16:10:56",'
        '"SaveCount":1235,"SaveAddress":"F9000"}',
        "StatusFWR": f'{{"Version":"Open{chip}_{device.version}",'
        f'"BuildDateTime":"{device.build_date}","Boot":7,"Core":"0.0","SDK":"obk",'
        f'"CpuFrequency":80,"Hardware":"{chip}","CR":"465/699"}}',
        "StatusLOG": '{"SerialLog":2,"WebLog":2,"MqttLog":0,"SysLog":0,"LogHost":"","LogPort":514,'
        f'"SSId1":"{device.block.text(Text.SSID)}","SSId2":"{device.block.text(Text.SSID2)}",'
        '"TelePeriod":300,"Resolution":"558180C0","SetOption":["000A8009",'
        '"2805C80001000600003C5A0A000000000000","00000280","00006008","00004000"]}',
        "StatusMEM": '{"ProgramSize":616,"Free":384,"Heap":25,"ProgramFlashSize":1024,'
        '"FlashSize":2048,"FlashChipId":"1540A1","FlashFrequency":40,"FlashMode":3,'
        '"Features":["00000809","8FDAC787","04368001","000000CF","010013C0","C000F981",'
        '"00004004","00001000","00000020"],"Drivers":"1,2,3,4,5,6,7,8,9,10,12,16,18,19,20,21,22,'
        '24,26,27,29,30,35,37,45","Sensors":"1,2,3,4,5,6"}',
        "StatusNET": f'{{"Hostname":"{short}","IPAddress":"{device.ip}",'
        '"Gateway":"192.168.0.1","Subnetmask":"255.255.255.0","DNSServer1":"192.168.0.1",'
        f'"DNSServer2":"0.0.0.0","Mac":"{mac_text(device)}","Webserver":2,"HTTP_API":1,'
        '"WifiConfig":4,"WifiPower":17.0}',
        "StatusMQT": f'{{"MqttHost":"{device.block.text(Text.MQTT_HOST)}",'
        f'"MqttPort":{device.block.number(Number.MQTT_PORT)},"MqttClientMask":"core",'
        f'"MqttClient":"{topic}","MqttUser":"{device.block.text(Text.MQTT_USER)}",'
        '"MqttCount":23,"MAX_PACKET_SIZE":1200,"KEEPALIVE":30,"SOCKET_TIMEOUT":4}',
        "StatusTIM": f'{{"UTC":"{_NO_TIME}","Local":"{_NO_TIME}","StartDST":"{_NO_TIME}",'
        f'"EndDST":"{_NO_TIME}","Timezone":"+00:00","Sunrise":"07:50","Sunset":"17:17"}}',
        "StatusSNS": sensors(device),
        "StatusSTS": state(device, power),
    }


def mac_text(device: Running) -> str:
    """The MAC as the Beken builds write it."""
    return ":".join(f"{byte:02x}" for byte in device.block.mac)


def state(device: Running, power: str) -> str:
    """The STATE document."""
    seconds = int(device.uptime)
    days, rest = divmod(seconds, 86_400)
    clock = f"{days}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    own = f"{power}," if power else ""
    return (
        f'{{"Time":"{_NO_TIME}","Uptime":"{clock}","UptimeSec":{seconds},"Heap":97,'
        f'"SleepMode":"None","Sleep":0,"LoadAvg":99,"MqttCount":23,{own}'
        f'"Wifi":{{"AP":1,"SSId":"{device.block.text(Text.SSID)}","BSSId":"30:B5:C2:5D:70:72",'
        '"Channel":12,"Mode":"11n","RSSI":94,"Signal":-53,"LinkCount":21,'
        '"Downtime":"0T06:13:34"}}'
    )


def sensors(device: Running) -> str:
    """The SENSOR document; ENERGY only while a metering driver runs."""
    meter = device.meter
    energy = ""
    if meter is not None:
        energy = (
            f'"ENERGY":{{"Power": {meter.power:.6f},"ApparentPower": {meter.apparent:.6f},'
            f'"ReactivePower": {meter.reactive:.6f},"Factor":{meter.factor:.6f},'
            f'"Voltage":{meter.voltage:.6f},"Current":{meter.current:.6f},"Frequency":0.000000,'
            f'"ConsumptionTotal":{meter.energy_wh:.6f},"Yesterday": 0.000000,'
            f'"ConsumptionLastHour":0.000000}},'
        )
    return f'{{"Time":"{_NO_TIME}",{energy}"ESP32":{{"Temperature": 0.0}},"TempUnit":"C"}}'
