"""An inventory on a terminal."""

import json
from collections.abc import Iterator, Sequence

from rich.text import Text

from loopjobs.cli._text import safe, safe_lines
from loopjobs.migration import Finding, Inventory, Move, Verdict

_TITLES = {
    Verdict.AS_IT_IS: "Moves as it is",
    Verdict.CHANGES: "Moves, and changes behavior",
    Verdict.STAYS: "Cannot move",
}


def inventory_lines(inventory: Inventory, *, with_sections: bool) -> Iterator[Text]:
    """Tell of each job; then settings and code, ready to be copied."""
    for old in inventory.schedulers:
        count = len(old.jobs)
        plural = "s" * (count != 1)
        yield Text(safe(f"{old.where}: {old.kind}, {count} job{plural}"))
    for remark in inventory.remarks:
        yield Text(safe(f"Note: {remark}"), style="yellow")
    for verdict, title in _TITLES.items():
        yield from _group(title, inventory.those_that(verdict))
    if inventory.settings:
        yield from _findings("For all of them", inventory.everywhere)
        if with_sections:
            yield from _block(
                "Settings", json.dumps(inventory.settings, indent=2, ensure_ascii=False)
            )
        yield from _block("Code", inventory.code)
    yield Text("")
    yield Text(_summary(inventory))


def _group(title: str, moves: Sequence[Move]) -> Iterator[Text]:
    if not moves:
        return
    yield Text("")
    yield Text(title, style="bold")
    for move in moves:
        yield Text(f"  {safe(move.old_identity)} ({safe(move.old_schedule)}){_target(move)}")
        for finding in move.findings:
            yield from _finding(finding)


def _target(move: Move) -> str:
    when = move.settings.get("Cron") or move.settings.get("IntervalInSeconds")
    if when is None:
        return ""
    shown = f"Cron {when}" if isinstance(when, str) else f"every {when} s"
    return f" becomes {move.name}: {shown}"


def _findings(title: str, findings: Sequence[Finding]) -> Iterator[Text]:
    yield Text("")
    yield Text(title, style="bold")
    for finding in findings:
        yield from _finding(finding)


def _finding(finding: Finding) -> Iterator[Text]:
    yield Text.assemble(f"    - {safe(finding.what)} ", (finding.link, "dim"))


def _block(title: str, text: str) -> Iterator[Text]:
    yield Text("")
    yield Text(title, style="bold")
    yield Text(safe_lines(text.rstrip("\n")))


def _summary(inventory: Inventory) -> str:
    counts = {verdict: len(inventory.those_that(verdict)) for verdict in Verdict}
    total = len(inventory.moves)
    return (
        f"{total} schedule{'s' * (total != 1)}: {counts[Verdict.AS_IT_IS]} move as they are, "
        f"{counts[Verdict.CHANGES]} change behavior, {counts[Verdict.STAYS]} cannot move."
    )
