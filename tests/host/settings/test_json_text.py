"""JSON with comments and trailing commas."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopjobs._host.settings import json_text
from loopjobs._host.settings.growth import JsonObject
from loopjobs._host.settings.json_text import parse, plain_json

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.sampled_from('ab"\\/*,:[]{} \n\té')),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)  # fmt: skip
NOISE = st.sampled_from(["", " ", "\n", "\r\n", "/* , } */", "/**/", "// { \n", "/* a\nb */"])


def plain(value: object) -> object:
    """Undo the pairs of the parser."""
    if isinstance(value, JsonObject):
        return {key: plain(below) for key, below in value.pairs}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


@given(JSON_VALUES, st.sampled_from([None, 2]))
def test_json_without_comments_is_left_alone(value: object, indent: int | None) -> None:
    """What is JSON already passes through unchanged, whatever its strings hold."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    assert plain_json(text) == text
    assert plain(parse(text)) == json.loads(text)


def test_json_without_comments_is_not_searched_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of a hundred thousand sections would be looked at word by word."""
    monkeypatch.delattr(json_text, "plain_json")
    assert parse('{"a": "//", "b": [1, 2]}') == JsonObject((("a", "//"), ("b", [1, 2])))


@given(st.text(st.sampled_from('ab1"\\/*,:[]{} \n\r')))
def test_every_remaining_character_keeps_its_place(text: str) -> None:
    """Blanking neither moves nor changes what stays, so that line and column are right."""
    stripped = plain_json(text)
    assert len(stripped) == len(text)
    assert all(new in (old, " ") for old, new in zip(text, stripped, strict=True))
    assert [m.start() for m in re.finditer(r"[\r\n]", text)] == [
        m.start() for m in re.finditer(r"[\r\n]", stripped)
    ]


@given(st.lists(st.integers() | st.text(max_size=3), min_size=1), st.data())
def test_comments_and_a_trailing_comma_change_nothing(
    items: list[int | str], data: st.DataObject
) -> None:
    """Comments may stand between any two words, and a comma after the last item."""
    pieces = ["["]
    for item in items:
        pieces += [data.draw(NOISE), json.dumps(item), data.draw(NOISE), ","]
    pieces += [data.draw(NOISE), "]", data.draw(NOISE)]
    assert parse("".join(pieces)) == items


@pytest.mark.parametrize("text", ["[,]", "{,}", "[1,,]", '{"a":,}', ",", "[1],", "/* open", "/"])
def test_only_a_comma_after_a_value_may_trail(text: str) -> None:
    """A comma that follows nothing stays an error."""
    with pytest.raises(json.JSONDecodeError):
        parse(text)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_words_that_only_python_takes_are_refused_in_place(word: str) -> None:
    """`NaN` is not JSON, and the error points at it; inside a string it is text."""
    with pytest.raises(json.JSONDecodeError) as caught:
        parse(f'{{"a": "NaN",\n "b": {word}}}')
    assert (caught.value.lineno, caught.value.colno) == (2, 7)


def test_a_repeated_key_is_kept_for_the_reader_to_complain() -> None:
    """The parser drops nothing."""
    assert parse('{"a": 1, "a": 2}') == JsonObject((("a", 1), ("a", 2)))
