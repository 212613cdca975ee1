"""Sections are added to a settings file, and nothing else of it is touched."""

import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopjobs import plain_json
from loopjobs.migration import MigrationError, add_sections, plan_edit

NEW: dict[str, dict[str, str | int]] = {
    "RestockJob": {"IntervalInSeconds": 600},
    "Ärger": {"Text": 'a "b" // c'},
}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '{\n  "A": 1 // one\n  /* end */\n}\n',
            '{\n  "A": 1, // one\n  /* end */\n  "N": {\n    "I": 1\n  }\n}\n',
        ),
        ('{\n\t"A": {\n\t},\n}', '{\n\t"A": {\n\t},\n\t"N": {\n\t\t"I": 1\n\t},\n}'),
        ('{\r\n    "A": 1\r\n}', '{\r\n    "A": 1,\r\n    "N": {\r\n        "I": 1\r\n    }\r\n}'),
        ('{"A": 1}', '{"A": 1, "N": {"I": 1} }'),
        ('{ "A": 1, }', '{ "A": 1, "N": {"I": 1}, }'),
        ("{}", '{ "N": {"I": 1} }'),
        ("", '{\n  "N": {\n    "I": 1\n  }\n}\n'),
        ("{\n}\n", '{\n  "N": {\n    "I": 1\n  }\n}\n'),
        (
            '// top\n{\n  "A": "}" }\n// bottom',
            '// top\n{\n  "A": "}",\n  "N": {\n    "I": 1\n  }\n}\n// bottom',
        ),
        (
            '{\n  "A": 1\n  // the last word, with a comma\n}',
            '{\n  "A": 1,\n  // the last word, with a comma\n  "N": {\n    "I": 1\n  }\n}',
        ),
    ],
)
def test_it_looks_as_if_a_person_had_written_it(before: str, after: str) -> None:
    """Comments, order, indentation, line ends and trailing commas stay."""
    assert add_sections(before, {"N": {"I": 1}}, "file").text == after


@pytest.mark.parametrize("there", ['"restockjob": {}', '"RestockJob:Enabled": true'])
def test_a_section_that_is_there_is_left_alone(there: str) -> None:
    """In any case and however it is spelled; the others are added."""
    before = f"{{\n  {there}\n}}"
    added = add_sections(before, NEW, "file")
    assert (added.added, added.kept) == (("Ärger",), ["RestockJob"])
    assert there in added.text


def test_nothing_changes_if_all_sections_are_there() -> None:
    """Not even a space."""
    once = add_sections("{ }", NEW, "file").text
    again = add_sections(once, NEW, "file")
    assert (again.text, again.added) == (once, ())


def values() -> st.SearchStrategy[object]:
    """Return what settings hold."""
    text = st.text(st.sampled_from('ab"\\/*{}[],:\n '), max_size=6)
    plain = st.one_of(st.none(), st.booleans(), st.integers(0, 9), text)
    return st.recursive(
        plain,
        lambda inner: st.one_of(
            st.lists(inner, max_size=2), st.dictionaries(text, inner, max_size=2)
        ),
        max_leaves=4,
    )


SPACES = st.sampled_from(["", " ", "\n", "\r\n\t", " // c, }\n", "/* , } */", "\n  "])


def written(value: object, draw: st.DataObject) -> str:
    """Write JSON as people do: with comments and trailing commas anywhere."""

    def space() -> str:
        return draw.draw(SPACES)

    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else ((None, each) for each in value)
        items = [
            f"{space()}{'' if key is None else f'{json.dumps(key)}{space()}:{space()}'}"
            f"{written(each, draw)}{space()}"
            for key, each in pairs
        ]
        comma = "," * bool(items and draw.draw(st.booleans()))
        begin, end = ("{", "}") if isinstance(value, dict) else ("[", "]")
        return f"{begin}{space()}{','.join(items)}{comma}{space()}{end}"
    return json.dumps(value)


@given(
    document=st.dictionaries(st.text("abc", min_size=1, max_size=2), values(), max_size=3),
    draw=st.data(),
)
def test_a_file_says_what_it_said_and_the_new_sections(
    document: Mapping[str, object], draw: st.DataObject
) -> None:
    """Whatever comments and commas stand in it; every old character is still there, in order."""
    before = written(document, draw)
    after = add_sections(before, NEW, "file").text
    assert json.loads(plain_json(after)) == {**document, **NEW}
    rest = iter(after)
    assert all(char in rest for char in before.rstrip())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", r"file: the top level must be an object"),
        ('{\n"A": }', r"file, line 2, column 6: this is not JSON"),
    ],
)
def test_a_file_that_is_no_object_is_refused(text: str, message: str) -> None:
    """Where, and what to do."""
    with pytest.raises(MigrationError, match=message):
        add_sections(text, NEW, "file")


def test_nothing_is_written_before_it_is_asked_for(tmp_path: Path) -> None:
    """The plan has the diff; a byte order mark and the permissions of the file stay."""
    path = tmp_path / "appsettings.json"
    path.write_bytes(b'\xef\xbb\xbf{\r\n  "A": 1\r\n}\r\n')
    path.chmod(0o640)
    edit = plan_edit(path, NEW)
    assert path.read_bytes() == b'\xef\xbb\xbf{\r\n  "A": 1\r\n}\r\n'
    assert re.search(r'^-  "A": 1\n\+  "A": 1,$', edit.diff, re.MULTILINE)
    edit.write()
    assert path.read_bytes().startswith(b'\xef\xbb\xbf{\r\n  "A": 1,\r\n  "RestockJob": {\r\n')
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["appsettings.json"]


def test_half_a_letter_is_written_as_an_escape(tmp_path: Path) -> None:
    """For no encoding has it."""
    path = tmp_path / "a.json"
    plan_edit(path, {"A": {"Text": "\ud800ä"}}).write()
    assert '"\\ud800ä"' in path.read_text("utf-8")


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    """With nothing but the sections."""
    plan_edit(tmp_path / "new.json", NEW).write()
    assert json.loads((tmp_path / "new.json").read_text("utf-8")) == NEW


def test_a_new_file_may_be_read_like_any_other(tmp_path: Path) -> None:
    """The service that reads it may run as somebody else."""
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    plan_edit(tmp_path / "new.json", NEW).write()
    modes = {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    assert len(modes) == 1


def test_a_file_that_is_read_only_is_left_alone(tmp_path: Path) -> None:
    """Though its directory would take another one; before the change is shown, and after."""
    path = tmp_path / "appsettings.json"
    path.write_text("{}", encoding="utf-8")
    edit = plan_edit(path, NEW)
    path.chmod(0o444)
    with pytest.raises(MigrationError, match="is read-only, so it is left alone"):
        edit.write()
    with pytest.raises(MigrationError, match="is read-only, so it is left alone"):
        plan_edit(path, NEW)
    assert path.read_text("utf-8") == "{}"


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is replaced."""
    (tmp_path / "real.json").write_text("{}", encoding="utf-8")
    link = tmp_path / "link.json"
    link.symlink_to("real.json")
    plan_edit(link, NEW).write()
    assert link.is_symlink()
    assert json.loads((tmp_path / "real.json").read_text("utf-8")) == NEW


def test_an_edit_that_came_in_between_is_not_lost(tmp_path: Path) -> None:
    """Nothing is written, and it says so."""
    path = tmp_path / "appsettings.json"
    path.write_text("{}", encoding="utf-8")
    edit = plan_edit(path, NEW)
    path.write_text('{"B": 2}', encoding="utf-8")
    with pytest.raises(MigrationError, match="changed by somebody else"):
        edit.write()
    assert path.read_text("utf-8") == '{"B": 2}'


def test_a_file_that_is_no_text_is_left_alone(tmp_path: Path) -> None:
    """And so is what is no file."""
    path = tmp_path / "appsettings.json"
    path.write_bytes("{}".encode("utf-16"))
    with pytest.raises(MigrationError, match="is not UTF-8"):
        plan_edit(path, NEW)
    with pytest.raises(MigrationError, match="cannot be read: Is a directory"):
        plan_edit(tmp_path, NEW)


def test_a_directory_that_takes_no_file_leaves_the_old_one(tmp_path: Path) -> None:
    """And says so without a traceback."""
    edit = plan_edit(tmp_path / "gone" / "appsettings.json", NEW)
    with pytest.raises(MigrationError, match="cannot be written: No such file or directory"):
        edit.write()
