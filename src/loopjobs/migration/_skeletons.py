"""Python code to begin with: a module that can be imported; its bodies are still to be written."""

import json
from collections.abc import Iterator, Sequence

from loopjobs.migration._moves import Move, Verdict


def skeletons(moves: Sequence[Move]) -> str:
    """Return one module with the classes of all jobs that move, and how they are registered."""
    movable = [move for move in moves if move.verdict is not Verdict.STAYS]
    by_class: dict[str, list[Move]] = {}
    for move in movable:
        by_class.setdefault(move.class_name, []).append(move)
    if not movable:
        return ""
    lines = [*_imports(movable)]
    for name, same in by_class.items():
        lines += [*_options(name, same), *_job(name, same[0], has_options=_has_options(same))]
    return "\n".join([*lines, *_registration(movable, by_class), ""])


def _imports(moves: Sequence[Move]) -> Iterator[str]:
    if any(field.is_secret for move in moves for field in move.fields):
        yield "from pydantic import SecretStr"
        yield ""
    yield "from loopjobs import CancellationToken, HostBuilder, LoopJobOptions"


def _has_options(moves: Sequence[Move]) -> bool:
    return any(move.fields for move in moves)


def _options(name: str, moves: Sequence[Move]) -> Iterator[str]:
    kinds: dict[str, list[str]] = {}
    for field in (field for move in moves for field in move.fields):
        kinds.setdefault(field.name, []).append(field.kind)
    if not kinds:
        return
    yield from ["", "", f"class {name}Options(LoopJobOptions):"]
    yield f'    """What {name} can be told."""'
    yield ""
    for field_name, found in kinds.items():
        known = sorted({*found} - {"None"}) or ["str"]
        # Not each of the jobs of this class has it.
        is_optional = "None" in found or len(found) < len(moves)
        kind = " | ".join([*known, *["None"] * is_optional])
        yield f"    {field_name}: {kind}{' = None' * is_optional}"


def _job(name: str, move: Move, *, has_options: bool) -> Iterator[str]:
    yield from ["", "", f"class {name}:"]
    yield f"    {_docstring(move.description or f'What {move.old_code} did')}"
    yield ""
    if has_options:
        yield f"    def __init__(self, options: {name}Options) -> None:"
        yield "        self._options = options"
        yield ""
    yield "    async def execute(self, ct: CancellationToken) -> None:"
    yield f"        raise NotImplementedError({_quoted(f'the body of {move.old_code}')})"


def _registration(moves: Sequence[Move], by_class: dict[str, list[Move]]) -> Iterator[str]:
    yield from ["", "", "def add_jobs(builder: HostBuilder) -> HostBuilder:"]
    yield '    """Register the jobs that have moved."""'
    for move in moves:
        name = move.class_name
        options = f"{name}Options" if _has_options(by_class[name]) else "LoopJobOptions"
        named = "" if move.name == name else f', section_name="{move.name}", name="{move.name}"'
        yield f"    builder.add_loop_job({name}, {options}{named})"
    yield "    return builder"


def _quoted(text: str) -> str:
    """Return a literal; JSON's are Python's, too."""
    return json.dumps(text)


def _docstring(text: str) -> str:
    words = " ".join(text.split()).rstrip(".")
    safe = "".join(char if char.isprintable() else " " for char in words)
    escaped = safe.replace("\\", "\\\\").replace('"', '\\"')
    return f'"""{escaped}."""'
