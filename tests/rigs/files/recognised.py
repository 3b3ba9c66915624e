"""Each thing that Plugsmith recognises, with a sample and what is nearly one: the one table of it.

A row: the sample (made up, but as public logs, papers and other tools' sources have it) and at
least five near misses, which must not be recognised as that thing. `test_recognised` walks the
records of the code: a voice, an answer, a module, a chip, a file form or a package that has no row
here fails, and so does a row of fewer near misses.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thing:
    """What must be recognised, and what must not."""

    samples: tuple[bytes, ...]
    misses: tuple[bytes, ...]


def _of(*samples: bytes, but: tuple[bytes, ...]) -> Thing:
    return Thing(samples=samples, misses=but)


_AMEBA_Z = (
    b"<RTL8195A>\rROM:[V0.1]\n\r\rFLASHRATE:4\n\r\rBOOT TYPE:0 XTAL:40000000\n\r\r"
    b"IMG1 DATA[1168:10002000]\n\r\rIMG1 ENTRY[8000541:100021ef]\n\r\rIMG1 ENTER\n"
)
_AMEBA_Z_LATE = (
    b"OTA1 USE\n\r\rIMG2 DATA[0x8053eac:5072:0x10005000]\n\r\rIMG2 SIGN[RTKWin(10005008)]\n"
)
_AMEBA_D = (
    b"#calibration_ok:[2:19:11] \r\n\r\n"
    b"at version:release/V4.18_P2.29.2 sdk version:amebad_v6.2C\r\n"
)
_AMEBA_LITE = b"[MODULE_BOOT-LEVEL_INFO]: KR4 XIP IMG[0c000000:120000]\r\n"
_AMEBA_PLUS = (
    b"ROM:[V1.1]\r\nFLASH RATE:1, Pinmux:1\r\nIMG1(OTA1) VALID, ret: 0\r\nIMG1 ENTRY[f800779:0]\r\n"
    b"[BOOT-I] KM4 BOOT REASON 0: Initial Power on\r\n[BOOT-I] IMG1 ENTER MSP:[30009FDC]\r\n"
)
_AMEBA_1 = b"RTL8195A[Driver]: set ssid [home] \n\nRTL8195A[Driver]: auth success, start assoc\n"
_S3 = (
    b"ESP-ROM:esp32s3-20210327\r\nBuild:Mar 27 2021\r\n"
    b"rst:0x1 (POWERON),boot:0x8 (SPI_FAST_FLASH_BOOT)\r\n"
)
_C3 = b"ESP-ROM:esp32c3-api1-20210207\r\nBuild:Feb  7 2021\r\nrst:0x1 (POWERON),boot:0xc\r\n"
_C6 = b"ESP-ROM:esp32c6-20220919\r\nBuild:Sep 19 2022\r\nrst:0x15 (USB_UART_HPSYS),boot:0x1c\r\n"

#: start-up texts, by the name of the voice
VOICES: dict[str, Thing] = {
    "ESP8266": _of(
        (
            b"\r\n ets Jan  8 2013,rst cause:2, boot mode:(3,6)\r\n"
            b"\r\nload 0x4010f000, len 3460, room 16\r\n"
        ),
        b"rst cause:4, boot mode:(1,7)\r\n",
        but=(
            b"ets Jan  8 2014",
            b"rst cause 2",
            b"boot mode 3",
            b"ets Jan 8 2013",
            b"reset cause",
            _C3,
        ),
    ),
    "ESP32-C3": _of(
        _C3,
        but=(
            b"ESP-ROM esp32c3-",
            b"ESP-ROM:esp32c31-",
            b"esp32c3-",
            b"ROM:esp32c3-",
            b"ESP-ROM:esp32c3\r",
            _C6,
        ),
    ),
    "ESP32-C2": _of(
        b"ESP-ROM:esp8684-api2-20220127\r\nBuild:Jan 27 2022\r\n",
        but=(
            b"ESP-ROM:esp8685-",
            b"esp8684-",
            b"ESP8684-",
            b"ESP ROM:esp8684-",
            b"ESP-ROM:esp32c2-",
            _C3,
        ),
    ),
    "ESP32-S2": _of(
        b"ESP-ROM:esp32s2-rc4-20191025\r\nBuild:Oct 25 2019\r\nrst:0x1 (POWERON),boot:0x8\r\n",
        but=(
            _S3,
            b"ESP-ROM:esp32s2",
            b"ESP-ROM:esp32s20-",
            b"esp32s2-rc4",
            b"ESP-ROM:ESP32S2-",
            b"ESP-ROM esp32s2-",
        ),
    ),
    "ESP32-S3": _of(
        _S3,
        but=(
            b"ESP-ROM:esp32s2-rc4-20191025",
            b"ESP-ROM:esp32s3",
            b"ESP-ROM:esp32s31-",
            b"esp32s3-2021",
            b"ESP-ROM:ESP32S3-",
            b"ESP32-S3",
        ),
    ),
    "ESP32-C6": _of(
        _C6,
        but=(
            b"ESP-ROM:esp32c61-eco3-20250228",
            b"ESP-ROM:esp32c6",
            b"ESP-ROM:esp32c5-eco2-20250121",
            b"esp32c6-20",
            b"ESP-ROM:ESP32C6-",
            b"ESP-ROM esp32c6-",
        ),
    ),
    "ESP32": _of(
        (
            b"ets Jun  8 2016 00:22:57\r\n\r\n"
            b"rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
        ),
        b"ets Jul 29 2019 12:21:46\r\n",
        b"rst:0x1 (POWERON_RESET),boot:0x3\r\n",
        but=(
            b"ets Jun  8 2017",
            b"ets Jul 29 2018",
            b"POWERON_RESET",
            b"ESP32",
            b"rst:0x1 (POWERON)",
            _S3,
            _C3,
            _C6,
        ),
    ),
    "another chip of Espressif": _of(
        b"ESP-ROM:esp32h2-20221101\r\n",
        b"ESP-ROM:esp32c61-eco3-20250228\r\n",
        b"ESP-ROM:esp32p4-eco2-20240710\r\n",
        but=(
            b"ESP ROM:esp32h2",
            b"ESP-ROM esp32h2",
            b"esp-rom:esp32h2",
            b"ESPROM:",
            b"ESP-R0M:",
            _S3,
        ),
    ),
    "RTL8720C": _of(
        b"\r\n== Rtl8710c IoT Platform ==\r\nChip VID: 5, Ver: 3\r\nROM Version: v3.0\r\n",
        b"StartUp@0x0: Invalid RAM Img Signature!\r\n\r\n$8710c>",
        but=(
            b"Rtl8711c IoT Platform",
            b"8710c>",
            b"Rtl8710c",
            b"$8710b>",
            b"IoT Platform ==",
            _AMEBA_Z,
            _AMEBA_PLUS,
        ),
    ),
    "RTL8710B": _of(
        _AMEBA_Z,
        _AMEBA_Z_LATE,
        b"IMG1 DATA[1128:10002000]\r\n",
        but=(
            _AMEBA_1,
            _AMEBA_D,
            _AMEBA_LITE,
            _AMEBA_PLUS,
            b"ROM:[V1.1]",
            b"IMG2 ENTER",
            b"IMG1 ENTER",
            b"calibration_ok:[2:21:11]",
            b"FLASHRATE:4",
            b"<RTL8195A>",
        ),
    ),
    "another Ameba chip of Realtek": _of(
        _AMEBA_D,
        _AMEBA_LITE,
        _AMEBA_PLUS,
        but=(
            b"MODULE_BOOT LEVEL",
            b"[MODULE_BOOT_LEVEL_INFO]",
            b"[BOOT-I]IMG1",
            b"calibration_ok:[2:19:11]",
            b"# calibration_ok:[",
            b"[BOOT-L] ",
            _AMEBA_1,
        ),
    ),
    "BL602": _of(
        b"Starting bl602 now....\r\nBooting BL602 Chip...\r\nRISC-V Core Feature:RV32-ACFIMX\r\n",
        b"Starting bl602 now....\r\nBooting Ai-WB2 Modules...\r\n",
        b"Booting BL602 Chip...\r\n",
        b"[Bouffalolab] ready\r\n",
        but=(
            b"Starting bl616 now",
            b"Booting BL702",
            b"Bouffalolab",
            b"bl602",
            b"Booting",
            b"Starting BL602 now",
        ),
    ),
    "LN882H": _of(
        b"[I] LN882H SDK Ver: 1.8 [build time:Mar  1 2022 10:00:00][0x010800ff]\r\n",
        b"Mar 14 2021/00:23:32\r\n",
        b"uid: ln882h-0011\r\n",
        but=(
            b"Mar 14 2021/00:23:33",
            b"LN883H",
            b"ln882",
            b"Mar 14 2021 00:23:32",
            b"882H",
            b"LN-882H",
        ),
    ),
    "LN8825B": _of(
        b"Jun 19 2019/21:01:04\r\n",
        b"LN8825B boot\r\n",
        b"chip ln8825\r\n",
        but=(b"Jun 19 2019/21:01:05", b"LN8824", b"ln882 5", b"Jun 19 2019", b"8825", b"LN882 5B"),
    ),
    "W600": _of(
        b"secboot running V3.1...\r\nCCCCCC",
        b"PCCCCCCCC",
        but=(
            b"secboot",
            b"PCCCCCCC",
            b"C" * 40,
            b"secboot runn1ng",
            b"pcccccccc",
            b"Waiting for the file ... CCCCC",
        ),
    ),
    "chip that waits for a file by XMODEM": _of(
        b"C" * 20,
        b"Waiting for the file to be sent ... (press 'a' to abort)\r\n" + b"C" * 16,
        but=(
            b"C" * 15,
            b"CCCCCCCC CCCCCCCC",
            b"c" * 20,
            b"C\r" * 20,
            b"Cortex-M4 CCCCCCC",
            b"\x15" * 20,
        ),
    ),
    "XR809": _of(
        b"XRADIO Skylark SDK 1.2.2 Jun  7 2026 03:34:48\r\n",
        b"chip XR809\r\n",
        b"XR872 start\r\n",
        but=(
            b"XRADIO Skylars",
            b"xradio skylark",
            b"XR808",
            b"XR 872",
            b"Skylark SDK",
            b"XRADIO SDK",
        ),
    ),
    "BK7239N": _of(
        b"\r\nBK7239N_1.0.3 start\r\n",
        b"bk7239n cpu0\r\n",
        but=(b"BK7239", b"BK7239M", b"7239N", b"BK 7239N", b"Bk7239n", b"BK7238N"),
    ),
    "BK7236": _of(
        b"\r\nchip: BK7236 bootloader\r\n",
        b"bk7236 cpu0\r\n",
        but=(b"BK7238", b"BK7235", b"7236", b"BK-7236", b"Bk7236", b"BK723 6"),
    ),
    "BK7258": _of(
        b"\r\nbk7258_ap start\r\n",
        b"BK7258 boot\r\n",
        but=(b"BK7252", b"BK7259", b"7258", b"BK_7258", b"BK725 8", b"Bk7258"),
    ),
    "SSH or web server": _of(
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"SSH-1.99-x\r\n",
        b"HTTP/1.1 400 Bad Request\r\n",
        b"<html><body>",
        b"220 mail.example.net ESMTP Postfix\r\n",
        b"220 (vsFTPd 3.0.5)\r\n",
        b"220 ProFTPD Server ready\r\n",
        but=(
            b"\r\nSSH-2.0-x",
            b"\r\nHTTP/1.1 200 OK",
            b"220 V, 0.3 A\r\n",
            b" <html>",
            b"GET / HTTP/1.1",
            b"ESMTP",
            b"vsFTPd",
            b"ProFTPD 1.3",
        ),
    ),
    "computer with a login": _of(
        b"\r\nbox login: ",
        b"Password: ",
        b"U-Boot 2021.07 (Aug 09 2021)\r\n",
        b"[    0.000000] Linux version 6.1.0\r\n",
        b"Login incorrect\r\n",
        but=(
            b"login:",
            b"box login ",
            b"Password:",
            b"U-Boot",
            b"Linux versions",
            b"Login: incorrect",
        ),
    ),
}

SYNC = bytes.fromhex("c001080200070712200000c0")
SYNC_32 = bytes.fromhex("c0010804000707122000000000c0")
#: what boot codes answer to the greeting of their own tool, by the name that a probe gives
BL_INFO = b"OK\x14\0\1\0\x02\x07" + bytes(16)
XR_TYPE = b"BROM\0\2\0\0\0\0\0\1\7"
ANSWERS: dict[str, Thing] = {
    "LN882H": _of(
        b"Mar 14 2021/00:23:32\r\n",
        b"RAMCODE\r\n",
        but=(
            b"Mar 14 2021/00:23:33\r\n",
            b"Mar 14 2021/00:23:3",
            b"RAMCODE2\r\n",
            b"ramcode\r\n",
            b"x RAMCODE\r\n",
            b"Mar 14 2021\r\n00:23:32\r\n",
        ),
    ),
    "LN8825B": _of(
        b"Jun 19 2019/21:01:04\r\n",
        but=(
            b"Jun 19 2019/21:01:05\r\n",
            b"Jun 19 2019/21:01:0\r\n",
            b"Jun 19 2019 21:01:04\r\n",
            b"xJun 19 2019/21:01:04\r\n",
            b"jun 19 2019/21:01:04\r\n",
        ),
    ),
    "RTL8720C": _of(
        b"ping",
        b"\r\n$8710c>",
        but=(b"ping\n", b"pin", b"pingping", b"PING", b"$8710b>", b"8710c>", b"\nping"),
    ),
    "ESP8266": _of(
        SYNC * 8,
        but=(
            SYNC[:-1],
            SYNC[1:],
            SYNC.replace(b"\x08", b"\x0a"),
            SYNC.replace(b"\x01", b"\x00", 1),
            bytes.fromhex("c001080002070712200000c0"),  # the length in the other order
            bytes.fromhex("c001080200070712200105c0"),  # the status says no
            bytes.fromhex("c0010802000707122000000000c0"),
        ),  # a status of four
    ),
    "ESP32": _of(
        SYNC_32 * 8,
        but=(
            SYNC_32[:-1],
            SYNC_32[1:],
            SYNC_32.replace(b"\x04", b"\x03"),
            bytes.fromhex("c001080400070712200000c0"),
            bytes.fromhex("c0010800040707122000000000c0"),
            bytes.fromhex("c0010804000707122000010000c0"),
        ),
    ),
    "BL602": _of(
        b"OK\x14\0\1\0\0\0" + bytes(16),
        b"FL\1\1",
        but=(
            b"O",
            b"ok",
            b"OK\r\n",
            b"KO",
            b"\x00O\x00K",
            b"FL",
            b"FL\1",
            b"FL\2\1",
            b"OK\x14\0\1\0\0\0",
        ),
    ),
    "BL702": _of(
        BL_INFO,
        but=(
            BL_INFO[:-1],
            BL_INFO + b"\0",
            BL_INFO[1:],
            b"KO" + BL_INFO[2:],
            b"OK\4\0\1\0\2\7",
        ),
    ),
    "BL616": _of(
        BL_INFO.replace(b"\x02\x07", b"\x16\x06"),
        but=(
            b"OK\0\1",
            b"OK\0\x14\1\0\x16\6" + bytes(16),
            b"OK\x14\0",
            b"\x14\0\1\0\x16\6",
            b"ok\x14\0\1\0\x16\6" + bytes(16),
        ),
    ),
    "XR809": _of(
        XR_TYPE,
        XR_TYPE[:11] + b"\x03C84",
        but=(
            XR_TYPE[:-1],
            XR_TYPE + b"\0",
            XR_TYPE[1:],
            b"BRON" + XR_TYPE[4:],
            b"BROM",
            XR_TYPE[:11],
            bytes.fromhex("42524f4d 0400 6052 00000001"),  # a request without its end
        ),
    ),
    "W600": _of(
        b"FID:C8\n",
        b"CFID:c8\nC",
        but=(
            b"FID:C\n",
            b"FID:G8\n",
            b"FID C8\n",
            b"fid:c8\n",
            b"XFID:C8\n",
            b"FID:C8C8\n",
            b"MAC:C8\n",
        ),
    ),
    "W800": _of(
        b"FID:C8,15\n",
        b"CCFID:C8,15\nCC",
        but=(b"FID:C8,\n", b"FID:C8,1\n", b"FID:C8,15,\n", b"FID:,15\n", b"AFID:C8,15\n"),
    ),
    "RTL8710B": _of(
        b"\x15\x15",
        b"\x00\x15\x15\x15",
        but=(
            b"\x15",
            b"\x15\x00\x15\x14",
            b"\x14\x14",
            b"\x51\x51",
            b"\x15\x15\r\n",
            b"\x06\x15",
            b"\x15\x06\x15",
            b"\x18\x07\x18",
        ),
    ),
}

#: what else talks on a serial port and is nobody of these, as such programs print it
STRANGERS: dict[str, bytes] = {
    "STM32": (
        b"\r\n======\r\n= (C) COPYRIGHT 2011 STMicroelectronics =\r\n= STM32F4xx IAP v1.0 =\r\n"
    ),
    "Marlin": (
        b"start\r\necho:Marlin 2.1.2\r\necho: Last Updated: 2022-12-17\r\n"
        b"ok T:21.3 /0.0 B:20.9 /0.0\r\n"
    ),
    "GPS": b"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n",
    "Arduino": b"Temperature: 21.50 C\r\nHumidity: 45.2 %\r\nloop 1203\r\n",
    "OpenBeken": b"Info:MAIN:Time 12, idle 104203/s, free 79208, MQTT 0(1), bWifi 1\r\n",
    "Beken boot": (
        b"V:BK7231S_1.0.5\r\nCPSR:000000D3\r\nR0:AFEB93F9\r\nJ 0x10000\r\nprvHeapInit-start\r\n"
    ),
    "BK7231N boot": b"BK7231n_1.0.11\r\nREG:cpsr spsr r13 r14\r\ngo os_addr(0x10000)..........\r\n",
    "Tuya": (
        b"[01-01 18:12:15 TUYA Err][light_main.c:47] led_init LED_DRIV"
        b"ER_PWM_CW product_type: 0x5507\r\n"
    ),
    "modem": b"AT+CSQ\r\r\n+CSQ: 18,0\r\n\r\nOK\r\n",
    "nRF": b"*** Booting nRF Connect SDK v2.5.0 ***\r\n[00:00:00.253] <inf> main: started\r\n",
    "RP2040": b"MicroPython v1.22.0 on 2023-12-27; Raspberry Pi Pico with RP2040\r\n>>> \r\n",
    "meter": b"220 V, 0.3 A, 66 W\r\n220 V, 0.3 A, 66 W\r\n",
    "RTL8195A": _AMEBA_1,
    "router": b"DDR Training Sequence - Start\r\nSPI boot mode\r\nFlash component: 16MB\r\n",
    "wrong rate": bytes((0x1C, 0xE0, 0x83, 0xFC, 0x1F, 0x80, 0xF3, 0x0C)) * 12,
}
