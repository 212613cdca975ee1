"""When a sweep is held, and that it does not stay so."""

from datetime import UTC, datetime, timedelta

import pytest

from login.domain.brakes import BrakeRules, Brakes, Hold, HoldReason
from login.domain.staleness import Census

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def census(online: int, stale: int, newest_age: float | None = 0) -> Census:
    newest = None if newest_age is None else NOON - timedelta(seconds=newest_age)
    return Census(
        online=online, stale=stale, unreadable=0, from_the_future=0, newest=newest,
        oldest_stale=None,
    )  # fmt: skip


def hold_of(brakes: Brakes, seen: Census, at: float) -> tuple[HoldReason, float, bool] | None:
    hold: Hold | None = brakes.check(seen, NOON, at)
    return None if hold is None else (hold.reason, hold.remaining, hold.is_new)


def test_without_rules_nothing_is_held() -> None:
    """As it comes, every brake is off: even a whole fleet that falls silent is marked."""
    assert hold_of(Brakes(BrakeRules(), 0), census(100, 100, None), at=0) is None


def test_the_start_is_held_for_its_grace_only() -> None:
    """Just after the start PCs had no chance to be heard; later they had."""
    brakes = Brakes(BrakeRules(startup_grace=300), started_at=1_000)
    assert hold_of(brakes, census(2, 1), at=1_010) == (HoldReason.STARTUP, 290, True)
    assert hold_of(brakes, census(2, 1), at=1_299) == (HoldReason.STARTUP, 1, False)
    assert hold_of(brakes, census(2, 1), at=1_300) is None


@pytest.mark.parametrize(("stale", "is_held"), [(50, False), (51, True)])
def test_a_mass_is_more_than_its_fraction(stale: int, is_held: bool) -> None:  # noqa: FBT001
    """Exactly the fraction is still normal."""
    brakes = Brakes(BrakeRules(mass_offline_max_fraction=0.5), 0)
    assert (hold_of(brakes, census(100, stale), at=0) is not None) is is_held


def test_few_pcs_are_no_mass() -> None:
    """A lab of ten PCs that is switched off is none of our business."""
    brakes = Brakes(BrakeRules(mass_offline_max_fraction=0.5, mass_offline_min_count=11), 0)
    assert hold_of(brakes, census(10, 10), at=0) is None


def test_a_hold_ends_even_if_nothing_changes() -> None:
    """After the longest hold the sweep goes on, and it goes on for as long as it takes."""
    brakes = Brakes(BrakeRules(mass_offline_max_fraction=0.5, mass_offline_hold=900), 0)
    assert hold_of(brakes, census(100, 60), at=0) == (HoldReason.MASS_OFFLINE, 900, True)
    assert hold_of(brakes, census(100, 60), at=899) == (HoldReason.MASS_OFFLINE, 1, False)
    assert hold_of(brakes, census(100, 60), at=900) is None
    assert hold_of(brakes, census(100, 60), at=960) is None


def test_a_second_episode_is_held_anew() -> None:
    """When the fleet was well in between, the doubt begins again."""
    brakes = Brakes(BrakeRules(mass_offline_max_fraction=0.5, mass_offline_hold=900), 0)
    hold_of(brakes, census(100, 60), at=0)
    assert hold_of(brakes, census(100, 1), at=600) is None
    assert hold_of(brakes, census(100, 60), at=1_000) == (HoldReason.MASS_OFFLINE, 900, True)


def test_two_reasons_do_not_take_turns_in_prolonging_a_hold() -> None:
    """Blindness that turns into a mass offline ends when the blindness would have ended."""
    rules = BrakeRules(mass_offline_max_fraction=0.5, ingest_silence=180, mass_offline_hold=900)
    brakes = Brakes(rules, 0)
    assert hold_of(brakes, census(100, 60, 600), at=0) == (HoldReason.BLIND, 900, True)
    assert hold_of(brakes, census(100, 60), at=890) == (HoldReason.MASS_OFFLINE, 10, True)
    assert hold_of(brakes, census(100, 60, 600), at=900) is None


@pytest.mark.parametrize(
    ("seen", "is_held"),
    [
        (census(100, 1, 181), True),
        (census(100, 1, None), True),
        (census(100, 1, 180), False),
        (census(49, 1, 181), False),
        (census(100, 0, 181), False),
    ],
)
def test_a_fleet_of_which_nobody_is_heard_is_not_believed(
    seen: Census,
    is_held: bool,  # noqa: FBT001
) -> None:
    """Blind is a fleet large enough, with nobody heard for longer than the silence."""
    hold = Brakes(BrakeRules(ingest_silence=180), 0).check(seen, NOON, 0)
    assert (hold is not None) is is_held
