"""SSDP: the description document and the answer to a search (openbeken.md section 11)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from plugsmith.sim.obk.block import Text

if TYPE_CHECKING:
    from plugsmith.sim.obk.firmware import Firmware

_SITE = "https://github.com/openshwprojects/OpenBK7231T_App"


def identity(device: Firmware) -> str:
    """The UUID; on real devices it is no identity, it comes from an unseeded generator."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "unseeded" + device.identity.chip))


def description(device: Firmware) -> str:
    """The XML document at /ssdp.xml."""
    own = f"http://{device.ip}:{device.port}"
    return (
        "<root>\r\n<specVersion><major>1</major><minor>0</minor></specVersion>\r\n<device>\r\n"
        "<deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType>\r\n"
        f"<friendlyName>{device.block.text(Text.LONG_NAME)}</friendlyName>\r\n"
        f"<manufacturer>OpenBeken</manufacturer>\r\n<manufacturerURL>{_SITE}</manufacturerURL>\r\n"
        f"<modelDescription>OpenBeken</modelDescription>\r\n"
        f"<modelName>{device.identity.chip}</modelName>\r\n<modelNumber>1</modelNumber>\r\n"
        f"<modelURL>{_SITE}</modelURL>\r\n<serialNumber>1</serialNumber>\r\n"
        f"<UDN>uuid:{identity(device)}</UDN>\r\n<serviceList><service><URLBase>{own}</URLBase>"
        "<serviceType>urn:schemas-upnp-org:service:openbk:1</serviceType>"
        "<serviceId>urn:upnp-org:serviceId:1</serviceId><controlURL>/</controlURL><eventSubURL/>"
        "<SCPDURL>/ssdp.xml</SCPDURL></service></serviceList>\r\n"
        f"<presentationURL>{own}/</presentationURL>\r\n</device>\r\n</root>\r\n\r\n"
    )


def search_answer(device: Firmware) -> bytes:
    """What a device with the SSDP driver sends back to any M-SEARCH."""
    name = identity(device)
    return (
        "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\n"
        f"LOCATION: http://{device.ip}:{device.port}/ssdp.xml\r\n"
        f'OPT: "http://schemas.upnp.org/upnp/1/0/"; ns=01\r\n01-NLS: {name}\r\n'
        "ST: upnp:rootdevice\r\nSERVER: OpenBk\r\n"
        f"USN: {name}::upnp:rootdevice\r\nBOOTID.UPNP.ORG: 0\r\nCONFIGID.UPNP.ORG: 1\r\n\r\n\r\n"
    ).encode()
