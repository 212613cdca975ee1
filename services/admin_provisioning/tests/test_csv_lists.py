"""CSV files as spreadsheets export them."""

import codecs
import csv
from io import BytesIO, StringIO
from tempfile import TemporaryFile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from admin_provisioning.domain.bulk_job import BulkJobKind
from admin_provisioning.domain.lists import (
    ListError,
    NoGoodRowError,
    PcList,
    TooManyRowsError,
    UnreadableListError,
    read_csv,
)

IMPORT, UPDATE, DELETE = BulkJobKind.PC_IMPORT, BulkJobKind.PC_UPDATE, BulkJobKind.PC_DELETE
MAC = "00:1b:21:00:00:01"
GOOD = f"mac,hostname\n{MAC},Büro-1\n"
MARKS = {"utf-8-sig": b"", "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


def read(content: str | bytes, kind: BulkJobKind = IMPORT, max_rows: int = 100) -> PcList:
    body = content.encode() if isinstance(content, str) else content
    return read_csv(BytesIO(body), kind, max_rows)


def payloads(pcs: PcList) -> list[dict[str, object]]:
    return [dict(row.payload) for row in pcs.rows]


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (GOOD.encode(), "utf-8"),
        (GOOD.encode("utf-8-sig"), "utf-8-sig"),
        (codecs.BOM_UTF16_LE + GOOD.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + GOOD.encode("utf-16-be"), "utf-16"),
        (GOOD.encode("utf-16-le"), "utf-16-le"),
        (GOOD.encode("utf-16-be"), "utf-16-be"),
        (GOOD.encode("windows-1252"), "windows-1252"),
    ],
)
def test_letters_are_read_as_they_were_written(body: bytes, encoding: str) -> None:
    """Whatever the spreadsheet writes; which it was is told."""
    pcs = read(body)
    assert (payloads(pcs), pcs.encoding) == ([{"mac": MAC, "hostname": "Büro-1"}], encoding)


def test_the_encoding_is_judged_by_the_whole_file() -> None:
    """A letter that is no UTF-8, far behind many that are."""
    rows = "".join(f"001b21{number:06x},pc\n" for number in range(20_000))
    pcs = read(f"mac,hostname\n{rows}{MAC},Büro".encode("windows-1252"), max_rows=20_001)
    assert (pcs.encoding, pcs.rows[-1].payload["hostname"]) == ("windows-1252", "Büro")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("said", [True, False])
def test_cells_and_lines_may_end_in_any_way(line_end: str, delimiter: str, *, said: bool) -> None:
    """Rows are numbered as the spreadsheet shows them: it hides the line with the separator."""
    lines = [f"sep={delimiter}"] * said + [
        delimiter.join(cells)
        for cells in (["Host", "MAC"], ["a", "001b21000001"], ["", ""], ["b", "001b21000002"])
    ]
    pcs = read(line_end.join(lines))
    assert [(row.row_no, row.payload["hostname"]) for row in pcs.rows] == [(2, "a"), (4, "b")]
    assert pcs.delimiter == delimiter


def test_a_comma_in_a_title_is_no_delimiter() -> None:
    """What makes most sense of the header is taken."""
    pcs = read(f"Name, as shown;MAC;Host\nx, y;{MAC};lab")
    assert (pcs.delimiter, payloads(pcs)) == (";", [{"mac": MAC, "hostname": "lab"}])


def test_a_single_column_needs_no_delimiter() -> None:
    """A list of PCs to be removed is just that."""
    assert payloads(read(f"MAC\n{MAC}", DELETE)) == [{"mac": MAC}]


@pytest.mark.parametrize(
    "title", ["mac", "MAC address", "Mac-Adresse", " M A C ", "Physical_Address"]
)
@pytest.mark.parametrize("other", ["hostname", "Computer name", "PC", "Rechner", "Host."])
def test_columns_have_many_names(title: str, other: str) -> None:
    """Case, blanks and punctuation do not matter."""
    assert payloads(read(f"{title},{other}\n{MAC},lab")) == [{"mac": MAC, "hostname": "lab"}]


def test_columns_that_mean_nothing_are_ignored_and_told() -> None:
    """Also those that mean something to another kind of job."""
    pcs = read(f"Room,mac,hostname,\x07Bell,\n1,{MAC},lab,,", DELETE)
    assert (payloads(pcs), pcs.ignored_columns) == ([{"mac": MAC}], ("Room", "hostname", "Bell"))


def test_quotes_hold_delimiters_and_line_breaks() -> None:
    """A cell with a line break is one cell of one row."""
    pcs = read(f'mac,hostname,"no\ntes"\n{MAC},lab-1,"a ""b"",\r\nc"\n001b21000002,"lab-2",x')
    assert [(row.row_no, row.payload["hostname"]) for row in pcs.rows] == [
        (2, "lab-1"),
        (3, "lab-2"),
    ]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("TRUE", True), ("yes", True), ("1", True), ("WAHR", True), ("Nein", False), ("false", False)],
)
def test_yes_and_no_have_many_names(cell: str, value: object) -> None:
    """A spreadsheet writes them in the language of its user."""
    assert payloads(read(f"mac,pinned\n{MAC},{cell}", UPDATE)) == [{"mac": MAC, "pinned": value}]


def test_an_empty_cell_says_nothing() -> None:
    """An update leaves alone what is not given."""
    pcs = read(f"mac,hostname,machine_id,pinned\n{MAC}, ,id-1", UPDATE)
    assert payloads(pcs) == [{"mac": MAC, "machine_id": "id-1"}]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (",lab", "mac: is missing"),
        (f"{MAC},", "hostname: is missing"),
        (f"{MAC}", "hostname: is missing"),
        ("ff:ff:ff:ff:ff:ff,lab", "mac: the broadcast MAC address belongs to no single adapter"),
        ("1.1B+10,lab", "mac: a MAC address has twelve hexadecimal digits, written as"),
        ("1.2E+10,lab", "mac: was turned into a number by the spreadsheet"),
        (f"{MAC},{'x' * 254}", "hostname: may have 253 letters at the most"),
        (f'{MAC},"a\nb"', "hostname: must not contain line breaks"),
        (f"{MAC},lab,{'x' * 129}", "machine_id: may have 128 letters at the most"),
        (f"{MAC},lab,,perhaps", "pinned: must be true or false"),
        (f"{MAC},lab,,,,more", "has more cells than the header"),
    ],
)
def test_a_bad_row_is_told_and_the_others_are_kept(row: str, text: str) -> None:
    """With its number, and what was in it."""
    pcs = read(f"mac,hostname,machine_id,pinned\n001b21000009,ok\n{row}\n")
    good, bad = pcs.rows
    assert good.fault is None
    assert bad.fault is not None
    assert (bad.row_no, bad.fault.row_no, bad.fault.code) == (3, 3, "invalid_row")
    assert bad.fault.text.startswith(text)
    assert all(isinstance(value, str) for value in bad.payload.values())


def test_an_update_must_change_something() -> None:
    """A row with nothing but a MAC address is bad."""
    with pytest.raises(NoGoodRowError) as refused:
        read(f"mac,hostname\n{MAC},", UPDATE)
    assert refused.value.faults[0].text == "one of hostname, machine_id, pinned must be given"


def test_a_pc_may_be_in_a_list_once() -> None:
    """The first row counts, however the address is written; a bad row does not stand in the way."""
    pcs = read("mac,hostname\n001b21000001,\n00-1B-21-00-00-01,a\n001b.2100.0001,b\n001b21000002,c")
    assert [row.fault and (row.fault.code.value, row.fault.text) for row in pcs.rows] == [
        ("invalid_row", "hostname: is missing"),
        None,
        ("duplicate_mac", "mac: is the same as in row 3"),
        None,
    ]


def test_of_very_long_values_only_the_beginning_is_kept() -> None:
    """A bad row is shown again, but not at any length."""
    pcs = read(f"mac,hostname\n{MAC},ok\n{'x' * 10_000},lab")
    assert pcs.rows[1].payload["mac"] == "x" * 300


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        ("", IMPORT, "the list is empty"),
        ("\n\n  \n", IMPORT, "the list is empty"),
        ("mac,hostname", IMPORT, "there is no row"),
        (f"{MAC},lab", IMPORT, "row 1: .* mac, hostname is not among them; pc_import knows mac"),
        ("\nroom,mac\n1,2", IMPORT, "row 2: .* hostname is not among them"),
        (f"mac\n{MAC}", UPDATE, "needs at least one of the columns hostname, machine_id, pinned"),
        ("mac,host,PC name\n", IMPORT, "row 1: columns 2 and 3 are both hostname"),
        ('mac,hostname\n1,"open\n2,x', IMPORT, "row 2: the quotes do not match"),
        ('mac,hostname\n1,2\n3,"x"y', IMPORT, "row 3: the quotes do not match"),
        ("mac,hostname\n" + "x" * 70_000, IMPORT, "a line has more than 65536 letters"),
        ("," * 70_000, IMPORT, "a line has more than 65536 letters"),
        (b"mac,hostname\n1,a\0b", IMPORT, "NUL"),
        (codecs.BOM_UTF16_LE + b"m\0a\0c\0\n", IMPORT, "it is damaged"),
        (codecs.BOM_UTF8 + b"mac\n\xff", DELETE, "it is damaged"),
        (b"mac\n\x81\xff", DELETE, "it is damaged"),
        (b"PK\x03\x04", IMPORT, "this is a workbook"),
        (b"\xd0\xcf\x11\xe0", IMPORT, "this is a workbook"),
        ('mac,hostname\n1,"' + "x\n" * 70_000, IMPORT, "row 2: the quotes do not match"),
    ],
)
def test_what_is_no_list_is_told_why(content: str | bytes, kind: BulkJobKind, words: str) -> None:
    """Where it can be said with the row, and always with what to do."""
    with pytest.raises(UnreadableListError, match=words):
        read(content, kind)


def test_a_row_is_no_wider_than_a_sheet() -> None:
    """Line breaks within quotes would make a row of a whole file, and each title takes time."""
    with pytest.raises(UnreadableListError, match="row 2: there are more than 16384 cells"):
        read("mac,hostname\n" + ',"\n"' * 16_385)


def test_case_18_a_million_empty_rows_are_refused_after_the_first_few() -> None:
    """What a spreadsheet exports when somebody has formatted all of its rows."""
    file = BytesIO(f"mac,hostname\n{MAC},lab\n".encode() + b",\r\n" * 1_000_000)
    with pytest.raises(UnreadableListError, match="row 10003: more than 10000 rows are empty"):
        read_csv(file, IMPORT, 10_000)


def test_so_many_rows_and_not_one_more() -> None:
    """Empty ones do not count; reading ends with the one too many."""
    rows = [f"001b21{number:06x}" for number in range(4)]
    assert len(read("mac\n" + "\n\n".join(rows[:3]), DELETE, max_rows=3).rows) == 3
    with pytest.raises(TooManyRowsError, match="3 rows at the most"):
        read("mac\n" + "\n".join(rows) + '\n"open', DELETE, max_rows=3)


def test_the_first_hundred_bad_rows_are_told() -> None:
    """Where no row is good."""
    with pytest.raises(NoGoodRowError, match="none of the 150 rows") as refused:
        read("mac\n" + "x\n" * 150, DELETE, max_rows=150)
    assert [fault.row_no for fault in refused.value.faults] == list(range(2, 102))


def test_a_file_on_disk_is_left_open() -> None:
    """Whoever brought it goes on with it."""
    with TemporaryFile() as file:
        file.write(GOOD.encode())
        assert len(read_csv(file, IMPORT, 10).rows) == 1
        file.seek(0)
        assert file.read() == GOOD.encode()


names = st.text(
    st.characters(codec="windows-1252", exclude_categories=["Cc", "Cf", "Zs", "Zl", "Zp"]),
    min_size=1,
    max_size=20,
)
macs = st.integers(1, 2**40 - 1).map(lambda number: f"00{number:010x}")


@given(
    wanted=st.dictionaries(macs, names, min_size=1, max_size=5),
    encoding=st.sampled_from(
        ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"]
    ),
    delimiter=st.sampled_from([",", ";", "\t"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quote_all=st.booleans(),
)
@example(
    wanted={"001b21000001": '"', "001e00000001": "x"},
    encoding="utf-8",
    delimiter=",",
    line_end="\n",
    quote_all=False,
)
def test_what_a_spreadsheet_writes_is_read_as_it_was(
    wanted: dict[str, str], encoding: str, delimiter: str, line_end: str, *, quote_all: bool
) -> None:
    """Any names, in any encoding, with any delimiter, line end and way of quoting."""
    text = StringIO()
    rows = csv.writer(
        text,
        delimiter=delimiter,
        lineterminator=line_end,
        quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
    )
    rows.writerows([["Hostname", "MAC"], *([name, mac] for mac, name in wanted.items())])
    body = text.getvalue().encode(encoding)
    # UTF-16 without a mark is told by its zeros, so most letters must have one.
    if encoding in {"utf-16-le", "utf-16-be"} and not text.getvalue().isascii():
        body = MARKS[encoding] + body
    if encoding == "windows-1252" and _could_be_utf_8(body):
        return
    pcs = read(body)
    assert [
        (str(row.payload["mac"]).replace(":", ""), row.payload["hostname"]) for row in pcs.rows
    ] == list(wanted.items())
    assert [row.row_no for row in pcs.rows] == list(range(2, len(wanted) + 2))


def _could_be_utf_8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return not body.isascii()


@given(st.binary() | st.text().map(str.encode), st.sampled_from(BulkJobKind))
@example(b'sep="\nmac', DELETE)
@example(b"\xff\xfe\x00", DELETE)
def test_bytes_are_read_or_refused(body: bytes, kind: BulkJobKind) -> None:
    """Nothing else comes of whatever somebody sends."""
    try:
        pcs = read(body, kind)
    except ListError:
        return
    assert pcs.bad_rows < len(pcs.rows)


@given(st.text(st.sampled_from('mac,;\t"\r\n\0é0123ab:=')), st.sampled_from(BulkJobKind))
def test_rows_are_read_or_refused(text: str, kind: BulkJobKind) -> None:
    """Below a good header as well, and every row comes back once, in order."""
    try:
        pcs = read(f"mac,hostname\n001b21000001,ok\n{text}", kind)
    except ListError:
        return
    numbers = [row.row_no for row in pcs.rows]
    assert numbers[0] == 2
    assert numbers == sorted(set(numbers))
