"""Words for the codes in results: programs read `kv-live`, people read what it is."""

from __future__ import annotations

from plugsmith.messages import N_, _

WORDS = {
    # what lies in a flash
    "bootloader": N_("boot loader"),
    "boot-loader": N_("boot loader"),
    "application": N_("application"),
    "ota-package": N_("update package"),
    "rf-calibration": N_("RF calibration and MAC"),
    "rf": N_("RF calibration"),
    "fast-connect": N_("fast-connect cache"),
    "openbeken-config": N_("OpenBeken settings"),
    "openbeken": N_("OpenBeken settings"),
    "littlefs": N_("OpenBeken files"),
    "tuya-files": N_("vendor files"),
    "tuya-protected": N_("vendor protected copy"),
    "tuya-key": N_("vendor key"),
    "key-block": N_("vendor key"),
    "tuya-storage": N_("vendor key-value store"),
    "tuya-storage-spare": N_("vendor key-value swap"),
    "store-classic": N_("vendor key-value store"),
    "store-tuyaos3": N_("vendor key-value store (TuyaOS 3)"),
    "pin-record": N_("record of the pins"),
    "pin-file": N_("file of the pins"),
    "paired": N_("made-up account and network"),
    "files": N_("vendor files"),
    "libretiny-store": N_("LibreTiny key-value store"),
    "foreign-file": N_("a file of another kind"),
    "zero": N_("zeros"),
    "unknown": N_("not recognised"),
    # by what the chip of a flash is known
    "passport": N_("by its passport"),
    # a serial port that is watched
    "came": N_("is there now"),
    "went": N_("is gone"),
    # what was private, and where
    "mac": N_("MAC"),
    "wifi-name": N_("Wi-Fi name"),
    "wifi-password": N_("Wi-Fi password"),
    "wifi-key": N_("Wi-Fi key"),
    "wifi-cache": N_("Wi-Fi name and key of the fast connection"),
    "access-point": N_("address of the access point"),
    "cloud-token": N_("cloud token"),
    "cloud-key": N_("cloud key"),
    "device-id": N_("id of the device"),
    "pairing-pin": N_("pairing code"),
    "region": N_("region"),
    "unknown-field": N_("value that nobody knows"),
    "unknown-record": N_("record that nobody knows"),
    "old-pages": N_("page with older values"),
    "leftover": N_("rest of an older value"),
    "log": N_("log"),
    "openbeken-setting": N_("setting of OpenBeken"),
    "openbeken-files": N_("file of OpenBeken"),
    "unreadable-sector": N_("sector that cannot be read"),
    "copy": N_("copy of a private value"),
    "kv-live": N_("vendor key-value store"),
    "kv-stale": N_("older records of the store"),
    "carved": N_("a plain text between other bytes"),
    "joined": N_("put together from pieces"),
    "firmware-default": N_("default of the firmware"),
    "kv-pages": N_("unused pages of the store"),
    "kv-tails": N_("ends of pages of the store"),
    "kv-lost": N_("damaged sectors of the store"),
    "raw": N_("plain bytes"),
    "coded": N_("encoded text"),
    "masked": N_("masked bytes"),
    "decrypted": N_("encrypted bytes"),
    "unread": N_("bytes that nobody can read"),
    # causes of a fault
    "likely": N_("most likely"),
    "possible": N_("possible"),
    "unlikely": N_("less likely"),
    # how something is known
    "device-crc": N_("by the chip's own checksums"),
    "read-twice": N_("by reading it twice"),
    "blank-crc": N_("by the chip's own checksums of blank flash"),
    "crc7": N_("CRC-7 of the text"),
    "value-sum": N_("sum of the record"),
    "sector-sum": N_("sum of the sector"),
    "file-table": N_("entry of the file table"),
    "second-copy": N_("a second copy"),
    "log-lines": N_("lines of the log"),
    # why there is no answer
    "storage-missing": N_("The part of the vendor's storage with the pins is not in this file."),
    "storage-damaged": N_("The vendor's storage is damaged."),
    "key-lost": N_("The key of the vendor's storage is lost."),
    "erased": N_("erased"),
    "other-vendor": N_("The firmware is of another vendor."),
    # which record
    "kv": N_("record"),
    "protected": N_("protected"),
    "file": N_("file"),
}


def told_if_known(word: str) -> str:
    """The same for what may be a name or a number as well."""
    return _(WORDS[word]) if word in WORDS else word


def told(code: str) -> str:
    """The words for a code; one without any is shown with blanks in place of its dashes."""
    return _(WORDS[code]) if code in WORDS else code.replace("-", " ")


def said(words: str) -> str:
    """Words of the chip data (regions, places on a module), which the catalogue holds too."""
    return _(words) if words else ""
