"""Names of channel types by number, as GET /api/channelTypes tells them."""

from __future__ import annotations

_NAMES = """
Default Error Temperature Humidity Humidity_div10 Temperature_div10 Toggle Dimmer LowMidHigh
TextField ReadOnly OffLowMidHigh OffLowestLowMidHighHighest LowestLowMidHighHighest Dimmer256
Dimmer1000 Frequency_div100 Voltage_div10 Power Current_div100 ActivePower PowerFactor_div1000
ReactivePower EnergyTotal_kWh_div1000 EnergyExport_kWh_div1000 EnergyToday_kWh_div1000
Current_div1000 EnergyTotal_kWh_div100 OpenClosed OpenClosed_Inv BatteryLevelPercent
OffDimBright LowMidHighHighest OffLowMidHighHighest Custom Power_div10 ReadOnlyLowMidHigh
SmokePercent Illuminance Toggle_Inv OffOnRemember Voltage_div100 Temperature_div2 TimerSeconds
Frequency_div10 PowerFactor_div100 Pressure_div100 Temperature_div100 LeakageCurrent_div1000
Power_div100 Motion ReadOnly_div10 ReadOnly_div100 ReadOnly_div1000 Ph Orp Tds Motion_n
Frequency_div1000 OpenStopClose Percent StopUpDown EnergyImport_kWh_div1000 Enum ReadOnlyEnum
Current_div10 Illuminance_div10 Frequency
"""
CHANNEL_TYPES: tuple[str, ...] = tuple(_NAMES.split())
