"""What the verbs about running devices give back; the JSON names are the contract's."""

from __future__ import annotations

from plugsmith.errors import Fact
from plugsmith.records import Result, alone, data_of, record


@record
class ScanResult(Result):
    """`device scan`: the contract's result is the list itself."""

    devices: tuple[dict[str, Fact], ...] = alone()

    def as_data(self) -> Fact:
        """The devices, in the order of their addresses."""
        return data_of(self.devices)
