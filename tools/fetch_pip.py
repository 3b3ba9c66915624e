"""Fetch the pip that a lock names, with the standard library alone, and install it.

The file is believed for its SHA-256 only, so a bare system without any CA certificates may fetch
it unverified; a password in the index address is never sent that way.
"""

from __future__ import annotations

import base64
import configparser
import hashlib
import os
import re
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit, urlunsplit

PYPI = "https://pypi.org/simple"
SECONDS = 60


class Links(HTMLParser):
    """The addresses of a package's page (simple repository interface, HTML)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the address of one link."""
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def pinned(lock: Path) -> tuple[str, set[str]]:
    """Version of pip and the SHA-256 sums that the lock allows."""
    text = lock.read_text(encoding="utf-8")
    version = re.search(r"^pip==([0-9.]+)", text, re.MULTILINE)
    if version is None:
        sys.exit(f"{lock} names no pip")
    return version[1], set(re.findall(r"--hash=sha256:([0-9a-f]{64})", text))


def option(name: str) -> str | None:
    """A setting of pip: its environment variable, else the user's file, else the system's."""
    given = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if given:
        return given
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is no home
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    named = os.environ.get("PIP_CONFIG_FILE")
    files = [config / "pip" / "pip.conf", home / ".pip" / "pip.conf", Path("/etc/pip.conf")]
    for file in ([Path(named)] if named else []) + files:
        parser = configparser.RawConfigParser()
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, OSError, UnicodeError):
            continue
        for section in ("install", "global"):
            if parser.has_option(section, name):
                return parser.get(section, name).strip()
    return None


def context(*, secret: bool) -> ssl.SSLContext:
    """Certificates as pip would take them; none at all only where the system has none."""
    own = option("cert") or os.environ.get("REQUESTS_CA_BUNDLE")
    made = ssl.create_default_context(cafile=own)
    paths = ssl.get_default_verify_paths()
    folder = Path(paths.capath) if paths.capath else None
    known = made.cert_store_stats()["x509_ca"] or (folder and any(folder.iterdir()))
    if not known and not secret:
        sys.stderr.write("no CA certificates on this system: pip is checked by its hash alone\n")
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


def get(address: str) -> bytes:
    """What an address holds. A password in it goes into the header and into no message."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    request = urllib.request.Request(urlunsplit(parts._replace(netloc=host)))
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        request.add_header("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")
    checked = context(secret=parts.username is not None) if parts.scheme == "https" else None
    try:
        with urllib.request.urlopen(request, timeout=SECONDS, context=checked) as answer:
            data: bytes = answer.read()
    except (urllib.error.URLError, OSError) as error:
        sys.exit(
            f"pip could not be fetched from {host}: {error}\n"
            "This Python has no pip of its own. Either install python3-venv, or name an index that "
            "can be reached: PIP_INDEX_URL=https://... (certificates: PIP_CERT=FILE)."
        )
    return data


def wheel(version: str, sums: set[str]) -> tuple[str, bytes]:
    """Name and content of pip's wheel, held against its hash."""
    index = option("index-url") or PYPI
    page = f"{index.rstrip('/')}/pip/"
    name = f"pip-{version}-py3-none-any.whl"
    links = Links()
    links.feed(get(page).decode("utf-8", "replace"))
    for link in links.found:
        plain = urldefrag(link).url
        if unquote(plain).rpartition("/")[2] == name:
            address = urljoin(page, plain)
            login = urlsplit(page).netloc.rpartition("@")[0]
            parts = urlsplit(address)
            if login and parts.netloc == urlsplit(page).netloc.rpartition("@")[2]:
                address = urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc}"))
            data = get(address)
            break
    else:
        sys.exit(f"the package index has no {name}")
    if hashlib.sha256(data).hexdigest() not in sums:
        sys.exit(f"{name} is not the file that locks/pip.txt names: its SHA-256 differs")
    return name, data


def install(python: Path, lock: Path) -> None:
    """Put the pip of `lock` into the environment of `python`."""
    name, data = wheel(*pinned(lock))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(data)
        command = [str(python), str(file / "pip"), "install", "--quiet", "--no-index"]
        if subprocess.run([*command, "--no-deps", str(file)], check=False).returncode:
            sys.exit("pip could not be installed; see above")
