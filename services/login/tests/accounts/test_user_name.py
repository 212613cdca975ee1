"""Names of users."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from login.domain.accounts.errors import BadUserNameError, UnknownScopeError
from login.domain.accounts.scopes import Scope, as_text, from_text, parse_scopes
from login.domain.accounts.user_name import UserName, fold


@given(st.text(max_size=50))
def test_folding_twice_changes_nothing(text: str) -> None:
    """So a name that was folded is found."""
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=50))
def test_case_makes_no_difference(text: str) -> None:
    """Upper, lower, mixed."""
    assert fold(text.upper()) == fold(text.lower()) == fold(text.swapcase())


@pytest.mark.parametrize(
    ("one", "other"),
    [("Stra\u00dfe", "STRASSE"), ("\ufb01ona", "fiona"), ("\uff21da", "ada"), ("\u212b", "\u00e5")],
)
def test_names_that_read_the_same_are_the_same(one: str, other: str) -> None:
    """Ligatures, wide letters, signs that look like letters."""
    assert fold(one) == fold(other)


@given(st.text(max_size=160))
def test_a_name_is_whatever_can_be_read(text: str) -> None:
    """A text is a name that fits the column and shows itself, or it is refused."""
    try:
        name = UserName.parse(text)
    except BadUserNameError:
        return
    assert name.shown == text
    assert 1 <= len(name.folded) <= 150
    assert name.shown.isprintable()
    assert " " not in name.folded


@pytest.mark.parametrize(
    "text", ["", " ", "a b", "a\n", "a\0", "a\u200bb", "\ud800", "a" * 151, "\ufdfa" * 20, "\u2028"]
)
def test_what_is_no_name_is_refused(text: str) -> None:
    """Nothing, blanks, what nobody sees, and what grows too long when it is folded."""
    with pytest.raises(BadUserNameError):
        UserName.parse(text)


def test_scopes_are_known_by_name() -> None:
    """A misspelled one is told with those there are."""
    assert parse_scopes(["pcs:read", "pcs:read"]) == {Scope.PCS_READ}
    with pytest.raises(UnknownScopeError, match="'pcs:raed'; there are pcs:read, pcs:write"):
        parse_scopes(["pcs:read", "pcs:raed"])


def test_all_scopes_fit_into_a_row() -> None:
    """And come back as they went in."""
    text = as_text(Scope)
    assert len(text) < 1_000
    assert from_text(text) == set(Scope)
