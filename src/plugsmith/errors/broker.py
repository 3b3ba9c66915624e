"""Errors about the MQTT broker that devices report to, as we listen to it."""

from __future__ import annotations

from plugsmith.errors.content import NothingFound
from plugsmith.errors.flash import VerifyError
from plugsmith.errors.network import NetworkError
from plugsmith.installed import how_to_add
from plugsmith.messages import N_


class MqttExtraMissing(NothingFound):
    """The extra that listens to a broker is not installed."""

    code = "PS-DEVICE-NO-MQTT-EXTRA"
    what = N_("Listening to a broker needs the extra `mqtt`, which is not installed.")
    next_step = N_("Add --unchecked, or add the extra: {install}")

    def __init__(self) -> None:
        super().__init__(install=how_to_add("mqtt"))


class BrokerUnreachable(NetworkError):
    """The broker did not accept our own connection."""

    code = "PS-NET-BROKER"
    what = N_("The broker {host}:{port} did not let us listen: {problem}.")
    next_step = N_(
        "Check that it runs and can be reached from here; --broker NAME says where it is from here."
    )


class DiscoveryUnseen(VerifyError):
    """The device queued its messages, and none of them came to its broker."""

    code = "PS-DEVICE-DISCOVERY"
    what = N_("Nothing of {host} was seen below {prefix}/ on the broker {broker}.")
    next_step = N_("Look at the broker's state with `plugsmith device info {host}`; try again.")
