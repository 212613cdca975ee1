"""Files that go out: failed rows for a spreadsheet, and the list as it was sent."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_provisioning.http.error_lines import guarded, to_lines
from servicekit.testing.fixtures import on_any_database, on_every_database

from .desk import Desk

pytestmark = on_any_database


async def test_failed_rows_go_home_in_a_spreadsheet(desk: Desk) -> None:
    """With a byte order mark, each row with its number, what was sent, and what is wrong."""
    path = await desk.sent('mac,hostname\n001b21000001,ok\nrubbish,"Büro, 3"\n')
    response = await desk.ask(f"GET {path}/errors.csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"].startswith('attachment; filename="')
    header, row = csv.reader(StringIO(response.content.decode("utf-8-sig")))
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert header == ["row", "mac", "hostname", "machine_id", "pinned", "error_code", "error"]
    assert row[:6] == ["3", "rubbish", "Büro, 3", "", "", "invalid_row"]
    assert "twelve hexadecimal digits" in row[6]


async def test_a_formula_in_a_row_stays_text(desk: Desk) -> None:
    """What a spreadsheet would compute gets an apostrophe before it."""
    formula = '=HYPERLINK("http://evil.test";"click")'
    quoted = formula.replace('"', '""')
    path = await desk.sent(f'mac,hostname\n001b21000001,ok\n"{quoted}",@sum\n')
    response = await desk.ask(f"GET {path}/errors.csv")
    _, row = csv.reader(StringIO(response.content.decode("utf-8-sig")))
    assert row[1:3] == [f"'{formula}", "'@sum"]


async def test_failed_rows_can_be_mended_and_sent_again(desk: Desk) -> None:
    """The columns that were added do not disturb."""
    path = await desk.sent()
    failed = (await desk.ask(f"GET {path}/errors.csv")).content
    response = await desk.send(failed.replace(b"nonsense", b"00:1b:21:00:00:03"))
    body = response.json()
    assert (body["total_count"], body["pending_count"]) == (1, 1)
    assert body["ignored_columns"] == ["row", "error_code", "error"]


@on_every_database
async def test_many_failed_rows_go_home_whole(desk: Desk) -> None:
    """More than are read at once, each once."""
    path = await desk.sent("mac,hostname\n001b21000001,ok\n" + "x,y\n" * 999)
    response = await desk.ask(f"GET {path}/errors.csv")
    _, *rows = csv.reader(StringIO(response.content.decode("utf-8-sig")))
    assert [int(row[0]) for row in rows] == list(range(3, 1_002))


async def test_a_file_that_is_gone_answers_404(desk: Desk, directory: Path) -> None:
    """And so does a job that never had one."""
    path = await desk.sent()
    (directory / f"{path.rpartition('/')[2]}.csv").unlink()
    assert (await desk.ask(f"GET {path}/file")).status_code == 404
    await desk.change(path, file_key=None)
    assert (await desk.ask(f"GET {path}/file")).status_code == 404


@given(st.text())
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    """Whatever it is; and what it was can be read still."""
    shown = guarded(cell)
    assert shown.replace("'", "") == cell.replace("'", "")
    assert not shown.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))  # noqa: RUF001 - as spreadsheets see them


@given(st.text(alphabet="=+@-a;,|\t\r\n\"' "), st.sampled_from(",;|\t"))
def test_no_cell_becomes_a_formula_where_the_delimiter_is_another(
    cell: str, delimiter: str
) -> None:
    """A spreadsheet takes the delimiter of its country, whatever the file says."""
    lines = StringIO(to_lines([[2, cell, "invalid_row"]]), newline="")
    for row in csv.reader(lines, delimiter=delimiter):
        for seen in row:
            assert not seen.lstrip(' \t\r\n"').startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("cell", ["a=b", "1+1", "x-y", "a@b", "", "'quoted"])
def test_what_is_no_formula_stays_as_it_is(cell: str) -> None:
    """A host name has hyphens, and that is fine."""
    assert guarded(cell) == cell


@given(st.lists(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1)))
def test_lines_are_read_as_they_were_written(rows: list[list[str]]) -> None:
    """Quotes, commas and line breaks in cells do not shift anything."""
    read = list(csv.reader(StringIO(to_lines(rows), newline="")))
    assert read == [[guarded(cell) for cell in row] for row in rows]
