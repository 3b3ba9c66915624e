"""What every image of the corpus is: derived by hand from loader prints, strings and headers.

Keyed by SHA-256. Versions of factory firmware are the text behind the project name in the
descrambled application (or behind its firmware key), read by eye.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pytest

from plugsmith.chips.catalog import chip
from plugsmith.chips.model import Family
from plugsmith.image.kinds import recognise
from plugsmith.image.ota import read_package
from plugsmith.image.physical import APP_START

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Truth:
    kind: str
    chip: str | None
    key: str
    firmware: str | None
    version: str | None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


OPENBEKEN = {
    "19bfce70c41a551290579364c7a3db7eae4fa25af901a14b4a0c1546ba6ec197": Truth(
        "qio", "BK7231M", "none", "OpenBeken", "1.18.300"
    ),
    "d19f00c17a67be1a48f60a766c1579e4709dc398fa48eab5880e58e24c9c2ecd": Truth(
        "qio", "BK7231N", "tuya", "OpenBeken", "1.18.300"
    ),
    "21ea1681caa2c8f6d62b17dd25ec28d7a8517763f5f1b5b9bab49f55ae148b15": Truth(
        "qio", "BK7231T", "tuya", "OpenBeken", "1.18.300"
    ),
    "765b45a7e84b6d16b3a9546b73768c386fbe0af226b625c7d45bb6b93af1f0e5": Truth(
        "qio", "BK7231U", "none", "OpenBeken", "1.18.300"
    ),
    "5f6dd4cbe9e7c546b9353b9ccab7ab776c28e0628068779e51c44e95507dc1e6": Truth(
        "qio", "BK7238", "none", "OpenBeken", "1.18.300"
    ),
    # boot loader, application and settings, 0x1E2000 bytes; a test build without a release number
    "8113183ef8c6fa001d152291bd14a584dd5829e63a3d6e85eb430dd5bd0980ab": Truth(
        "flash-start",
        "BK7231T",
        "tuya",
        "OpenBeken",
        "2178_merge_bde63cebc7e3",
        notes=("flash-start",),
    ),
}
FACTORY = {
    "5098c71ffa3104970a65902d20eb6e392b80d9dfe939dad240c6c194199aed4b": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "3.1.28"
    ),
    "7364c79fee8614572b60294a447c74bcfe7292764c0d26a1261b23d34aced6c1": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "1.2.2"
    ),
    "53d8a2e20e85d63ace67e18021f83c8194a58a45a709860c6c136a72e4d1bfbc": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "1.3.3", notes=("no-header",)
    ),
    "968434c47441b4923c36d0ff639ec867223bd046c79288772bf7d96aea162b9c": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "2.1.17"
    ),
    "84f3a8af3741ff0521d9dba1dcbd7a0840cecc215aefd2356c7cafa2ddc9ed71": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "3.1.28"
    ),
    "b413ee52aac7b2751889ad7af850518eeb212227085811b44a265d059c54e3a0": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "1.1.8"
    ),
    "2a7d197849be4a2a1d8e4bd4d027826599c23c0661a708e6c2e7ae8753cbf3df": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "1.1.8"
    ),
    "913de9c3005b21d9558af8adf12164e343f450ad027f20bfbc799bee47a90a21": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "2.0.2"
    ),
    "c33b3942adc6bc39b38011f57888248ef918e68585289f833bf1cb98cf2540d0": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "1.3.21"
    ),
    "bb0734b49d59eb9045f4afc708a62802c4074ebee2ce3605418dd6fb698e8b14": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "1.5.21"
    ),
    "d67fb6249d59e557a7ca4207a758689d3dab1d370093a9f0571181cbd0195a5d": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "1.1.15"
    ),
    "b82856f2aeadabeead93992069c84d7bb14c3b56d5a217f7cf4e40b7353f39c6": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "1.1.7"
    ),
    "fff6f5cd3368669a9ce92443eefb190d20fd949db50a01fdbe74cefe82d71912": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "3.1.17"
    ),
    "cb57d5618b1b972b2b098482ee3bd965ee559c0fbfaa2e038fd98f6f6b8b7d78": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "1.1.17"
    ),
    "b52665eb5438e9db9fc9ec0552c31a2029156f992faf73bf3a5bcf099a1bdfa5": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "1.1.2"
    ),
    "aacbe44269a6f0b8f6328a0a9dda862d2d4c884a20d053367a4d1ca9104602c0": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "1.0.2"
    ),
    "142abc1b92bd9ce597185ceabc798d4db28c686a340f96ee3b59e8921d10093e": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "2.1.12"
    ),
    "39cf22b065a7c3515fa33158b484904e2ac769f205009517c61c290e00e77029": Truth(
        "full-dump", "BK7231N", "tuya", "Tuya", "1.2.1"
    ),
    "999cf53889c5669b6fbb6d74d71e16544a671fe7191bfa00874575ba6981f45d": Truth(
        "full-dump", "BK7231Q", "none", "Tuya", "1.1.3", notes=("stray-bytes",)
    ),
    "a5aea4f0a15aae5d7c0cf809a336b97506b75b99d19a4ea9ff3b72f797a1e53a": Truth(
        "full-dump", "BK7231T", "tuya", "Tuya", "2.9.16"
    ),
    "ad5ed22211dfe2c118f41c9218047a380baaee60eb4bc1cb25417fc23a5db71b": Truth(
        "full-dump", "BK7231T", "tuya", "Tuya", "1.3.2"
    ),
    "4737d6ce42324adc41ad359ca89a6faf35289f3d24c26eab5d672444b516b04e": Truth(
        "full-dump", "BK7231T", "tuya", "Tuya", "1.1.9"
    ),
    "17e52de3b8c5e55e9522f49a1e9b7368118d477943666d243002044cf6cd74fb": Truth(
        "full-dump", "BK7231T", "tuya", "Tuya", "1.1.5"
    ),
    "fd2a0d40af690d7afb95aaa5882adf3a58e9bfe463c71a14faa539bdcf5dbb5c": Truth(
        "full-dump", "BK7231T", "tuya", "Tuya", "2.9.15"
    ),
    "d7118be0aadb701f9f268f6a1cd970ea1ca46b7fcfc97205293f664b399e2713": Truth(
        "full-dump", "BK7231T", "tuya", "Tuya", "1.1.1"
    ),
    "00a6ad544abbf5ed47a93536c38b43bb469e1260efc7cb5f3f6049b99dc76640": Truth(
        "full-dump", "BK7231T", "tuya", "Tuya", "2.9.16", problems=("rotated",)
    ),
    "e48e48b0c1f0628d928ed89b6e9cc2d8babedb08b9062d3ad362b30832e4c3ba": Truth(
        "full-dump", "BK7231T", "tuya", "Tuya", "1.1.71"
    ),
    "4b586dc49563b7a96f34d514c4331a7940cb88014fcdefe2198811f141275ddf": Truth(
        "full-dump", "BK7231T", "tuya", "Tuya", "1.0.5"
    ),
    "344c115a4377702fcf8d43b1c8ba7aa82edbc84866a4720452ea14c747a3ac09": Truth(
        "full-dump", "BK7231T", "tuya", "Tuya", "2.9.6"
    ),
}
NO_FIRMWARE = (
    "bf1e70369f46a59ab9b712aed1797711f8f1dd1928ce8050b6f9398236bb5a8a",  # storage only
    "6a1bb436e5e57117c85ff79c7d6a0378b4fa04a3423873074bd7c3d345969124",  # settings only
    "cfcb149788db9f8478e49cd604f3d941a0ecdf3d5445bbcb10525ea298069737",
    "7848b3b11beaeb21e52ba17165c7269a20c11c62bb5dc6dd4aa827c274a70e61",
    "57dfecbbbb5a5dfd7d50acdb11fd465e879ed80203de1c6c82b9d56f5452c723",
    "438f8bb7f8c3f5177015b7d716c5822830749ae944d477c73c14e0de882f5881",
    "21342718e83c979f9e2c3cdb6e35ef404185b7af878c95026834037b7009eb8e",
)


@cache
def _by_digest(root: Path) -> dict[str, Path]:
    files = [
        path
        for folder in ("openbeken", "factory", "obk-flash")
        for path in (root / folder).glob("*.bin")
    ]
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in files}


def _load(corpus: Path, digest: str) -> bytes:
    path = _by_digest(corpus).get(digest)
    if path is None:
        pytest.skip(f"the corpus has no file {digest[:12]}")
    return path.read_bytes()


def test_the_table_names_every_file(corpus):
    known = {*OPENBEKEN, *FACTORY, *NO_FIRMWARE}
    assert {
        path.name for digest, path in _by_digest(corpus).items() if digest not in known
    } == set()


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("digest", "truth"), [*OPENBEKEN.items(), *FACTORY.items()], ids=lambda value: str(value)[:12]
)
def test_every_image_is_what_it_is(corpus, digest, truth):
    image = recognise(_load(corpus, digest))
    assert image.sha256 == digest
    assert (image.kind.value, image.chip, image.key.value) == (truth.kind, truth.chip, truth.key)
    assert (image.firmware, image.version) == (truth.firmware, truth.version)
    assert tuple(item.code for item in image.problems) == truth.problems
    assert tuple(item.code for item in image.notes) == truth.notes
    assert image.checks["crc16"] == "ok"
    assert image.checks["header"] == ("missing" if "no-header" in truth.notes else "ok")
    start = [item.start for item in image.writes]
    if not truth.problems:
        loader_family = chip(truth.chip).family is Family.LOADER
        assert start == [APP_START if loader_family else 0]
    else:
        assert start == []


@pytest.mark.corpus
@pytest.mark.parametrize(("digest", "truth"), FACTORY.items(), ids=lambda value: str(value)[:12])
def test_the_application_alone_tells_as_much(corpus, digest, truth):
    data = _load(corpus, digest)
    section = recognise(data).app.section
    image = recognise(data[section.start : section.end])
    assert (image.kind.value, image.chip, image.key.value) == ("app", truth.chip, truth.key)
    assert (image.firmware, image.version) == (truth.firmware, truth.version)
    assert image.problems == ()
    assert [(item.start, item.length) for item in image.writes] == [(0x11000, image.size)]


@pytest.mark.corpus
@pytest.mark.parametrize("digest", NO_FIRMWARE, ids=lambda value: value[:12])
def test_what_is_no_firmware(corpus, digest):
    image = recognise(_load(corpus, digest))
    assert (image.kind.value, image.chips, image.firmware) == ("unknown", (), None)
    assert [item.code for item in image.problems] == ["not-firmware"]
    assert image.writes == ()


@pytest.mark.corpus
def test_a_left_over_update_package_is_the_application_that_runs(corpus):
    """The Q dump keeps the package of its last update: unpacked it equals the application."""
    data = _load(corpus, "999cf53889c5669b6fbb6d74d71e16544a671fe7191bfa00874575ba6981f45d")
    package = read_package(data, 0x132000)
    section = recognise(data).app.section
    assert section.trailer.header.algorithm == 0x0102
    assert section.code[: len(package.code)] == package.code
