"""Signatures as they are written, and the same on every Python."""

import ast

Function = ast.FunctionDef | ast.AsyncFunctionDef


def arguments_of(function: Function) -> str:
    """Write the parameters, without the first one of a method."""
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(positional) - len(given.defaults)) + list(given.defaults)
    shown = [_argument(each, default) for each, default in zip(positional, defaults, strict=True)]
    if given.posonlyargs:
        shown.insert(len(given.posonlyargs), "/")
    if positional and positional[0].arg in {"self", "cls"}:
        del shown[: 2 if shown[1:2] == ["/"] else 1]
    if given.vararg:
        shown.append(f"*{_argument(given.vararg, None)}")
    elif given.kwonlyargs:
        shown.append("*")
    named = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    shown += [_argument(each, default) for each, default in named]
    if given.kwarg:
        shown.append(f"**{_argument(given.kwarg, None)}")
    return ", ".join(shown)


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    kind = f": {ast.unparse(argument.annotation)}" if argument.annotation else ""
    return f"{argument.arg}{kind}{default_of(default)}"


def default_of(value: ast.expr | None) -> str:
    """Write a default; one that is made by a call, or has a private name, is told to be there."""
    if value is None:
        return ""
    shown = ast.unparse(value)
    return " = ..." if isinstance(value, ast.Call) or shown.startswith("_") else f" = {shown}"


def returned_by(function: Function) -> str:
    """Write what it returns."""
    return ast.unparse(function.returns) if function.returns else "None"
