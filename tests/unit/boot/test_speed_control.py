"""When the rate is changed, and to which: by the errors of a client that only counts them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from plugsmith.boot.ladder import WHOLE_FRAME, Ladder
from plugsmith.boot.speed import SpeedControl
from plugsmith.errors.flash import ExchangeFailed
from plugsmith.errors.link import LinkLost
from plugsmith.events import EventLog

GROUND = 115_200


class Client:
    """A chip on a wire that carries every rate but `dead` ones; `lost` ones never come back."""

    def __init__(self, baud: int = GROUND, *, changes: bool = True, steady: bool | None = None):
        self.baud, self.errors = baud, 0
        self.port = SimpleNamespace(capabilities=SimpleNamespace(speed_changes=changes))
        self.host = SimpleNamespace(steady=steady)
        self.dead: set[int] = set()
        self.lost: set[int] = set()
        self.slips = 0  # changes that are not answered
        self.asked: list[int] = []
        self.pieces: list[tuple[int | None, bool]] = []

    def set_baud(self, rate: int) -> bool:
        self.asked.append(rate)
        if self.slips:
            self.slips -= 1
            self.errors += 1
            return False
        if rate in self.lost:
            raise LinkLost(silent_s=1)
        self.baud = rate
        return True

    def write_in_pieces(self, piece, *, seen):
        self.pieces.append((piece, seen))

    def when_exhausted(self, action):
        self.exhausted = action


class Desk:
    def __init__(self, baud: int = GROUND, *, ladder: Ladder | None = None, **client):
        self.client, self.log, self.told = Client(baud, **client), EventLog(), []
        self.ladder = ladder or Ladder()
        self.probed = lambda: self.client.baud not in self.client.dead
        self.speed = SpeedControl(
            self.client,
            probe=self._probe,
            sink=self.log,
            before_change=self.told.append,
            ladder=self.ladder,
        )

    def _probe(self) -> bool:
        return self.probed()

    def work(self, pieces: int, errors: int = 0) -> int:
        """So many pieces of work one by one, the errors in the last; the rate afterwards."""
        for piece in range(pieces):
            self.client.errors += errors if piece == pieces - 1 else 0
            self.speed.after()
        return self.client.baud

    @property
    def said(self) -> list[str]:
        return [event.message for event in self.log]


def test_how_long_a_frame_may_be_is_told_to_the_client_at_the_beginning():
    assert Desk().client.pieces == [(None, False)]
    assert Desk(ladder=Ladder(piece=512)).client.pieces == [(512, True)]
    assert Desk(ladder=Ladder(piece=WHOLE_FRAME)).client.pieces == [(None, True)]


def test_it_goes_up_to_the_fastest_rate_that_carries():
    desk = Desk()
    desk.client.dead = {2_000_000}
    assert desk.speed.raise_speed() == 1_000_000
    assert desk.client.asked == [2_000_000, GROUND, 1_000_000]
    assert desk.told == [2_000_000, 1_000_000]  # what the chip is about to be asked for
    assert desk.ladder.given_up == [2_000_000]
    assert desk.said == []


def test_where_no_higher_rate_carries_it_stays_where_it_was():
    desk = Desk(460_800)
    desk.client.dead = {2_000_000, 1_000_000, 921_600, 500_000}
    assert desk.speed.raise_speed() == 460_800
    assert desk.client.asked[-1] == 460_800


def test_a_port_that_cannot_change_its_rate_is_left_alone():
    desk = Desk(460_800, changes=False)
    assert desk.speed.raise_speed() == 460_800
    assert desk.speed.step_down() is False
    assert desk.work(200) == 460_800
    assert desk.client.asked == []


@pytest.mark.parametrize(
    ("limit", "asked"), [(460_800, [GROUND, 460_800]), (921_600, []), (1_000_000, [1_000_000])]
)
def test_a_limit_below_the_rate_in_use_begins_on_the_ground(limit, asked):
    desk = Desk(921_600)
    assert desk.speed.raise_speed(limit=limit) == limit
    assert desk.client.asked == asked


def test_hints_and_limits_make_a_new_ladder_and_neither_keeps_the_old_one():
    desk = Desk()
    desk.speed.raise_speed()
    assert desk.speed.ladder is desk.ladder
    assert desk.speed.raise_speed(hints=[2_000_000]) == 2_000_000
    assert desk.speed.ladder is not desk.ladder
    hinted = desk.speed.ladder
    desk.speed.raise_speed(limit=GROUND)
    assert desk.speed.ladder is not hinted
    assert desk.client.baud == GROUND


@pytest.mark.parametrize(("errors", "rate"), [(2, 921_600), (3, 500_000)])
def test_three_errors_at_once_bring_it_down_two_do_not(errors, rate):
    desk = Desk(1_000_000)
    desk.ladder.proved(921_600)
    desk.ladder.proved(500_000)
    desk.ladder.proved(1_000_000)
    assert desk.work(1, errors) == (1_000_000 if errors == 2 else 921_600)
    assert desk.work(1, 1) == 921_600  # the third, or the first of the next three
    assert desk.work(1, 1) == 921_600
    assert desk.work(1, 1) == rate


@pytest.mark.parametrize(("between", "rate"), [(21, 460_800), (22, 921_600)])
def test_errors_count_together_within_twenty_four_pieces_of_work(between, rate):
    desk = Desk(921_600)
    desk.work(1, 2)
    desk.work(between)
    desk.work(1)
    assert desk.work(1, 1) == (921_600 if between == 22 else rate)
    assert desk.said == ([] if between == 22 else ["Errors on the wire: going on at 460800 baud."])


def test_many_pieces_may_be_told_at_once():
    desk = Desk(921_600)
    desk.client.errors = 2
    desk.speed.after(24)
    assert desk.work(1, 1) == 921_600  # a window of its own
    desk.speed.after(22)
    assert desk.work(1, 1) == 921_600
    assert desk.work(1, 1) == 921_600


@pytest.mark.parametrize(("calm", "rate"), [(95, 460_800), (96, 921_600)])
def test_after_ninety_six_calm_pieces_the_higher_rate_is_tried_again(calm, rate):
    desk = Desk(921_600)
    desk.work(5, 3)
    assert desk.client.baud == 460_800
    assert desk.work(calm) == rate
    assert desk.told == ([460_800, 921_600] if calm == 96 else [460_800])


def test_an_error_begins_the_calm_anew():
    desk = Desk(921_600)
    desk.work(1, 3)
    desk.work(90)
    desk.work(1, 1)
    assert desk.work(95) == 460_800
    assert desk.work(1) == 921_600


def test_it_goes_up_again_twice_and_no_more():
    desk = Desk(921_600)
    for _turn in range(2):
        assert desk.work(1, 3) == 460_800
        assert desk.work(96) == 921_600
    assert desk.work(1, 3) == 460_800
    assert desk.work(300) == 460_800


def test_a_higher_rate_that_does_not_carry_leads_back_to_the_one_that_did():
    desk = Desk(921_600)
    desk.work(1, 3)
    desk.client.dead = {921_600}
    assert desk.work(96) == 460_800
    assert desk.client.asked[-3:] == [921_600, GROUND, 460_800]
    desk.client.errors += 2
    desk.speed.after()
    assert desk.client.baud == 460_800  # what the try cost is not counted


@pytest.mark.parametrize("how", ["carries", "garbles", "no answer"])
def test_what_the_try_of_a_higher_rate_costs_is_not_counted(how):
    desk = Desk(921_600)
    desk.work(1, 3)
    rate = 921_600 if how == "carries" else 460_800
    desk.client.slips = 2 if how == "no answer" else 0

    def probed() -> bool:
        desk.client.errors += 2 if how == "garbles" and desk.client.baud == 921_600 else 0
        return True

    desk.probed = probed
    assert desk.work(96) == rate
    assert desk.client.asked.count(921_600) == (2 if how == "no answer" else 1)
    assert desk.work(1, 2) == rate
    assert desk.work(1, 1) < rate


def test_at_the_top_calm_changes_nothing_and_costs_no_try():
    desk = Desk(2_000_000)
    desk.ladder.proved(2_000_000)
    assert desk.work(300) == 2_000_000
    assert desk.client.asked == []
    desk.work(1, 3)
    assert desk.client.baud < 2_000_000
    assert desk.work(96) == 2_000_000


def test_on_the_ground_there_is_nothing_lower():
    desk = Desk(GROUND)
    desk.client.errors = 2
    desk.speed.after()
    assert desk.speed.step_down() is False
    assert desk.work(1, 2) == GROUND  # counted anew
    assert desk.client.asked == []


def test_a_chip_whose_requests_fail_again_and_again_is_asked_more_slowly():
    desk = Desk(921_600)
    assert desk.client.exhausted() is True
    assert desk.client.baud == 460_800
    assert desk.ladder.given_up == [921_600]


def test_down_goes_to_the_first_that_carries_and_the_ground_always_does():
    desk = Desk(921_600)
    desk.client.dead = {460_800, 230_400, GROUND}
    assert desk.speed.step_down() is True
    assert desk.client.baud == GROUND
    assert desk.ladder.given_up == [921_600, 460_800, 230_400]
    assert desk.said == ["Errors on the wire: going on at 115200 baud."]


def test_where_not_even_the_ground_is_reached_nothing_is_said():
    desk = Desk(921_600)
    desk.client.slips = 100
    assert desk.speed.step_down() is False
    assert desk.said == []


@pytest.mark.parametrize(("slips", "rate"), [(1, 460_800), (2, 230_400)])
def test_a_change_whose_answer_is_lost_is_asked_for_twice(slips, rate):
    desk = Desk(921_600)
    desk.client.slips = slips
    assert desk.speed.step_down() is True
    assert desk.client.baud == rate


def test_a_probe_that_brings_right_bytes_with_errors_or_none_at_all_proves_nothing():
    desk = Desk()

    def probed() -> bool:
        if desk.client.baud == 2_000_000:
            desk.client.errors += 1
        if desk.client.baud == 1_000_000:
            raise ExchangeFailed(request="read", attempts=1)
        return True

    desk.probed = probed
    assert desk.speed.raise_speed() == 921_600
    assert desk.ladder.given_up == [2_000_000, 1_000_000]
    assert desk.work(1, 2) == 921_600  # what a probe cost is not counted


def test_while_a_rate_is_tried_nothing_else_changes_it():
    desk = Desk()
    down = []
    desk.probed = lambda: down.append(desk.speed.step_down()) is None
    desk.speed.raise_speed(limit=460_800)
    assert down == [False]
    assert desk.client.baud == 460_800
    assert desk.speed.step_down() is True  # afterwards it may be


@pytest.mark.parametrize(
    ("steady", "losses", "below"), [(None, 1, 460_800), (True, 1, 460_800), (False, 2, GROUND)]
)
def test_a_rate_at_which_the_chip_is_lost_is_noted_and_the_loss_told(steady, losses, below):
    desk = Desk(steady=steady)
    desk.client.lost = {921_600}
    with pytest.raises(LinkLost):
        desk.speed.raise_speed(limit=921_600)
    ladder = desk.speed.ladder
    assert 921_600 in ladder.given_up
    assert ladder._losses == losses
    assert ladder.below(921_600) == below
    desk.client.baud = 500_000
    assert desk.speed.step_down() is True  # the change is over


def test_after_a_new_link_the_rate_of_before_is_gone_back_to():
    desk = Desk()
    desk.speed.back_to(921_600)
    assert desk.client.asked == [921_600]
    desk.speed.back_to(460_800)  # is no way up
    assert desk.client.asked == [921_600]
    desk.client.baud = GROUND
    desk.client.dead = {921_600}
    desk.client.errors += 2
    desk.speed.back_to(921_600)
    assert desk.client.baud == 460_800
    assert desk.work(1, 2) == 460_800  # what came before the new link is not counted


def test_nobody_has_to_listen():
    client = Client(921_600)
    speed = SpeedControl(client, probe=lambda: True, sink=None)
    assert speed.step_down() is True
    assert client.baud == 460_800
