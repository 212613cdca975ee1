"""The book behind the ledger keeps its law by construction."""

from hypothesis import given
from hypothesis import strategies as st

from loopjobs import Ledger, Outcome
from loopjobs._mechanisms.ledger_book import LedgerBook

entries = st.one_of(
    st.tuples(st.just("begin"), st.none(), st.none()),
    st.tuples(st.just("settle"), st.sampled_from(Outcome), st.none()),
    st.tuples(st.just("enter"), st.sampled_from(Outcome), st.integers(1, 10**6)),
)


@given(script=st.lists(entries, max_size=40))
def test_due_is_all_outcomes_and_what_is_in_flight(
    script: list[tuple[str, Outcome | None, int | None]],
) -> None:
    """Whatever is entered in whatever order, as long as only what began is settled."""
    book, expected = LedgerBook(), dict.fromkeys(Outcome, 0)
    for verb, outcome, count in script:
        if verb == "begin":
            book.begin()
        elif outcome is not None and count is not None:
            book.enter(outcome, count)
            expected[outcome] += count
        elif outcome is not None and book.in_flight:
            book.settle(outcome)
            expected[outcome] += 1
        ledger = book.read()
        assert ledger.due == ledger.settled + ledger.in_flight
        assert {each: getattr(ledger, each.value) for each in Outcome} == expected


def test_a_ledger_has_a_count_for_every_outcome() -> None:
    """An outcome without a count would be dropped in silence."""
    assert {outcome.value for outcome in Outcome} == set(Ledger.__slots__) - {"due", "in_flight"}
