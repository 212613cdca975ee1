"""What the lines of a journal amount to."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from chaos.journal import Deed, Entry

_SURE: Final = 0.9
"""Slots are an interval apart; two that are nearer than this share of it are the same one."""


def starts(entries: Sequence[Entry]) -> list[Entry]:
    """Return the runs in the order of their begin."""
    found = [entry for entry in entries if entry.deed is Deed.STARTED]
    return sorted(found, key=lambda entry: entry.at)


def slots_run(entries: Sequence[Entry]) -> list[Entry]:
    """Return the grants that were run, in the order of their slots.

    A slot that was given back unused is due from then on; whoever is granted it next has that slot,
    and none of a later moment.
    """
    run = {entry.token for entry in starts(entries)}
    unused = {entry.token for entry in entries if entry.deed is Deed.GIVEN_BACK} - run
    grants = [entry for entry in entries if entry.deed is Deed.GRANTED]
    slots: list[Entry] = []
    handed_on: Entry | None = None
    for grant in sorted(grants, key=lambda entry: entry.token):
        slot = grant
        if handed_on is not None:
            slot = replace(grant, earliest=handed_on.earliest, latest=handed_on.latest)
        handed_on = slot if grant.token in unused else None
        if grant.token in run:
            slots.append(slot)
    return sorted(slots, key=lambda entry: entry.latest)


def doubles(entries: Sequence[Entry], interval: float) -> int:
    """Return how many slots were run twice."""
    return sum(
        later.latest - sooner.earliest < _SURE * interval
        for sooner, later in pairwise(slots_run(entries))
    )


def ideal(entries: Sequence[Entry], interval: float) -> int:
    """Return how many slots there were from the first that was run to the last."""
    slots = slots_run(entries)
    return round((slots[-1].latest - slots[0].latest) / interval) + 1 if slots else 0


def missed(entries: Sequence[Entry], interval: float) -> int:
    """Return how many slots nobody ran, from the first that was run to the last."""
    return sum(
        max(0, round((later.latest - sooner.latest) / interval) - 1)
        for sooner, later in pairwise(slots_run(entries))
    )


def overlaps(entries: Sequence[Entry]) -> int:
    """Return how many runs went on after the start of one with a higher token."""
    begun = starts(entries)
    moments = [entry.at for entry in begun]
    late: set[int] = set()
    for entry in entries:
        if entry.deed in {Deed.STEPPED, Deed.ENDED}:
            before = begun[: bisect_right(moments, entry.at)]
            if any(start.token > entry.token for start in before[-3:]):
                late.add(entry.token)
    return len(late)


def tokens_back(entries: Sequence[Entry]) -> int:
    """Return how many runs had a token that was not higher than those before them."""
    return sum(later.token <= sooner.token for sooner, later in pairwise(starts(entries)))


def stale_writes(tokens: Sequence[int]) -> int:
    """Return how many writes came after one with a higher token; in the order of the writes."""
    highest = 0
    stale = 0
    for token in tokens:
        stale += token < highest
        highest = max(highest, token)
    return stale
