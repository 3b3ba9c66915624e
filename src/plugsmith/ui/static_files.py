"""The built page, read once at the start: only what lies in the package can ever be served."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.responses import Response

from plugsmith.errors.own.ui import UiUnknown
from plugsmith.messages import _

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from starlette.requests import Request

_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "json": "application/json",
    "webmanifest": "application/manifest+json",
    "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
}
_NOT_BUILT = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Plugsmith</title>"
    "<p>The page is not built. The server runs; see page/ in the sources.</p></html>"
)
_FOR_EVER = "public, max-age=31536000, immutable"


class StaticFiles:
    """The files of the page by their address."""

    def __init__(self, folder: Traversable | None = None) -> None:
        self._found: dict[str, bytes] = {}
        self._read(folder or files("plugsmith.ui").joinpath("static"), "")
        self._found.setdefault("index.html", _NOT_BUILT.encode())

    def _read(self, folder: Traversable, before: str) -> None:
        if not folder.is_dir():
            return
        for entry in folder.iterdir():
            if entry.is_dir():
                self._read(entry, f"{before}{entry.name}/")
            elif entry.name.rpartition(".")[2] in _TYPES:
                self._found[before + entry.name] = entry.read_bytes()

    async def answer(self, request: Request) -> Response:
        """The file at the request's address; `/` is the page. UiUnknown."""
        name = str(request.scope["path"]).removeprefix("/") or "index.html"
        data = self._found.get(name)
        if data is None:
            raise UiUnknown(what=_("this address"))
        hashed = name.startswith("assets/")  # their names change with their content
        headers = {"cache-control": _FOR_EVER} if hashed else {}
        return Response(data, media_type=_TYPES[name.rpartition(".")[2]], headers=headers)
