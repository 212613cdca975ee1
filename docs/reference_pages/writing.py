"""How the pages are written."""

import ast
import inspect
from collections.abc import Iterator, Sequence
from itertools import pairwise
from textwrap import dedent


def one_line(text: str | None) -> str:
    """Return the text on one line."""
    return " ".join((text or "").split())


def sentence(kind: type) -> str:
    """Return the docstring on one line."""
    return one_line(inspect.getdoc(kind))


def table(
    head: Sequence[str], rows: Iterator[Sequence[str]] | list[Sequence[str]]
) -> Iterator[str]:
    """Write a table."""
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"


def attribute_docstrings(kind: type) -> dict[str, str]:
    """Return what stands below the attributes of a class, by their names."""
    definition = ast.parse(dedent(inspect.getsource(kind))).body[0]
    statements = definition.body if isinstance(definition, ast.ClassDef) else []
    said = {}
    for attribute, text in pairwise(statements):
        match attribute, text:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(
                value=ast.Constant(value=str(doc))
            ):
                said[name] = one_line(doc)
    return said
