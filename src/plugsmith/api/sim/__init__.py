"""`sim`: the request, what serves, and the results."""

from __future__ import annotations

from plugsmith.api.sim.request import SimRequest
from plugsmith.api.sim.verb import sim

__all__ = ["SimRequest", "sim"]
