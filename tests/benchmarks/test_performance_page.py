"""The page of figures is written section by section."""

from pathlib import Path

import pytest

from performance_page import PAGE, NoSuchSectionError, put_section

WORDS = "# Words\n\n<!-- one: begin -->\nold\n<!-- one: end -->\n\nbetween\n\n<!-- two: begin -->\n"


def test_a_section_is_replaced_and_all_else_stays(tmp_path: Path) -> None:
    """Also when it is written again."""
    page = tmp_path / "page.md"
    page.write_text(f"{WORDS}\n<!-- two: end -->\nafter\n", encoding="utf-8")
    put_section("one", "new\n", page)
    once = page.read_text(encoding="utf-8")
    put_section("one", "new", page)
    assert page.read_text(encoding="utf-8") == once
    expected = WORDS.replace("\nold\n", "\n\nnew\n\n") + "\n<!-- two: end -->\nafter\n"
    assert once == expected


@pytest.mark.parametrize("name", ["three", "two"])
def test_a_section_without_a_place_is_refused(name: str, tmp_path: Path) -> None:
    """It names the comments, and leaves the page alone."""
    page = tmp_path / "page.md"
    page.write_text(WORDS, encoding="utf-8")
    with pytest.raises(NoSuchSectionError, match=f"<!-- {name}: begin -->"):
        put_section(name, "new", page)
    assert page.read_text(encoding="utf-8") == WORDS


def test_the_page_has_a_place_for_the_loops() -> None:
    """Between comments, each of which is there once."""
    text = PAGE.read_text(encoding="utf-8")
    assert [text.count(f"<!-- loops: {each} -->") for each in ("begin", "end")] == [1, 1]
