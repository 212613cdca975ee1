"""The book behind the ledger keeps its law by construction."""

from hypothesis import given
from hypothesis import strategies as st

from loopjobs import Ledger, Outcome
from loopjobs._mechanisms.ledger_book import LedgerBook

entries = st.tuples(st.sampled_from(Outcome), st.integers(1, 10**6))


@given(script=st.lists(entries, max_size=40), in_flight=st.integers(0, 9))
def test_due_is_all_outcomes_and_what_is_in_flight(
    script: list[tuple[Outcome, int]], in_flight: int
) -> None:
    """Whatever is entered, in whatever order."""
    book, expected = LedgerBook(), dict.fromkeys(Outcome, 0)
    for outcome, count in script:
        book.enter(outcome, count)
        expected[outcome] += count
    ledger = book.read(in_flight)
    assert ledger.due == ledger.settled + ledger.in_flight == sum(expected.values()) + in_flight
    assert {each: getattr(ledger, each.value) for each in Outcome} == expected


def test_a_ledger_has_a_count_for_every_outcome() -> None:
    """An outcome without a count would be dropped in silence."""
    assert {outcome.value for outcome in Outcome} == set(Ledger.__slots__) - {"due", "in_flight"}
