"""A simulated OpenBeken device with the plug behind it: HTTP, MQTT, configuration, pins, meter.

Shares no format code with the client: offsets, CRC, framing and commands are written a second
time from openbeken.md, or it could not disprove the client.
"""
