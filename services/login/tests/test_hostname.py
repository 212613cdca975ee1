"""Which names hosts can have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from login.domain.hostname import HostnameError, check_hostname


@pytest.mark.parametrize(
    "name",
    [
        "pc",
        "lab-01",
        "LAB_01",
        "1",
        "pc.lab.example.com",
        "BÜRO-7",
        "研究室",
        "a" * 63,
        "-_-".strip("-"),
    ],
)
def test_what_machines_call_themselves_is_accepted(name: str) -> None:
    """DNS names, underscores, and letters of all scripts."""
    assert check_hostname(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a b",
        "pc ",
        "pc\n",
        "-pc",
        "pc-",
        ".pc",
        "pc.",
        "a..b",
        "a.-b",
        "<b>",
        "=1+1",
        "a/b",
        "a" * 64,
        ".".join(["a" * 63] * 4),
    ],
)
def test_what_is_no_name_is_refused_without_repeating_it(name: str) -> None:
    """Blanks, markup, formulas, empty or overlong labels."""
    with pytest.raises(HostnameError) as refused:
        check_hostname(name)
    assert not name.strip() or f"{name}'" not in str(refused.value)


@given(st.text(max_size=300))
def test_what_is_accepted_is_harmless(text: str) -> None:
    """No name has a blank, a control character, or a character that markup or a shell reads."""
    try:
        name = check_hostname(text)
    except HostnameError:
        return
    assert name.isprintable()
    assert not set(name) & set(" <>&\"'`$;|\\/=+@,:*?")
    assert len(name) <= 253
