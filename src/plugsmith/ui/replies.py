"""Answers as JSON, and errors as the same object that `--json` ends with."""

from __future__ import annotations

import os
import traceback
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect
from starlette.responses import Response

from plugsmith.errors import Defect, PlugsmithError
from plugsmith.errors.content import InputMissing
from plugsmith.errors.own import ui as errors
from plugsmith.events import ErrorEvent
from plugsmith.messages import _
from plugsmith.nested_json import read_nested
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from plugsmith.errors import Fact

    Handler = Callable[[Request], Awaitable[Response]]

MOST_JSON = 1 << 20
_STATUS: dict[type[PlugsmithError], int] = {
    errors.UiToken: 401,
    errors.UiForeign: 403,
    errors.UiUnknown: 404,
    InputMissing: 404,
    errors.UiPortBusy: 409,
    errors.UiAnswered: 409,
    errors.UiTooLarge: 413,
    errors.UiAnswer: 422,
    Defect: 500,
    errors.UiTooMany: 503,
    errors.UiFull: 507,
}


def as_json(body: Fact, *, status: int = 200) -> Response:
    """A JSON answer; nothing of it is ever cached (see `guard`)."""
    text = json_text(body)
    return Response(text, status_code=status, media_type="application/json")


def refusal(error: PlugsmithError) -> Response:
    """An error as the page gets it."""
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
    return as_json(ErrorEvent.of(error).as_json(), status=status)


def told(handler: Handler) -> Handler:
    """Every outcome of a call as an answer: no traceback ever reaches the page or a log."""

    @wraps(handler)
    async def call(request: Request) -> Response:
        try:
            return await handler(request)
        except PlugsmithError as error:
            return refusal(error)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as bug:  # noqa: BLE001 - the outermost layer
            return refusal(defect(bug))

    return call


def defect(bug: BaseException) -> Defect:
    """A bug of ours as an error for people."""
    if os.environ.get("PLUGSMITH_DEBUG"):
        traceback.print_exception(bug)
    frame = traceback.extract_tb(bug.__traceback__)[-1]
    return Defect(kind=type(bug).__name__, where=f"{Path(frame.filename).name}:{frame.lineno}")


async def read_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body, at most 1 MiB and 200 levels; UiRequest, UiTooLarge."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise errors.UiRequest(problem=_("its body is not JSON"))
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_JSON:
            raise errors.UiTooLarge(name=_("the request"), limit=MOST_JSON)
    try:
        found = read_nested(bytes(body), parse_constant=_no_constant)
    except (ValueError, RecursionError) as problem:
        raise errors.UiRequest(problem=_("its body is not JSON")) from problem
    if not isinstance(found, dict):
        raise errors.UiRequest(problem=_("its body is not a JSON object"))
    return found


def _no_constant(name: str) -> float:
    raise ValueError(name)


def field(body: dict[str, Any], name: str, kind: type) -> Any:  # noqa: ANN401 - of that kind
    """A field of the body that must be there; UiRequest."""
    value = body.get(name)
    if not isinstance(value, kind):
        raise errors.UiRequest(problem=_("the field {name} is missing or wrong", name=name))
    return value
