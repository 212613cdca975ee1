"""A comparison on a terminal."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from rich.text import Text

from loopjobs.cli._text import instant, safe
from loopjobs.side_by_side import Comparison, Lone, Verdict, Why
from loopjobs.wording import span

_SHOWN: Final = 10

_REASONS: Final = {
    Why.OVERRUN: "the other's last run was still going",
    Why.MISFIRE: "the other came too late to look",
    Why.COALESCE: "the old scheduler came late, and ran once for several times",
    Why.PAUSE: "the other was paused or disabled",
    Why.BACK_OFF: "the loop waited longer after failures",
    Why.ELSEWHERE: "the loop left it to another replica, or had no answer from the lease store",
    Why.OWNED_BY_LOOP: "the loop starts the job",
    Why.NOT_RUNNING: "the other scheduler was paused or not started",
    Why.PACE: "nothing was due there on the other side",
}


def comparison_lines(found: Sequence[Comparison]) -> Iterator[Text]:
    """Tell of each job, then how many are alike."""
    for each in found:
        yield from _job(each)
    counts = Counter(each.verdict for each in found)
    total = len(found)
    yield Text(
        f"{total} job{'s' * (total != 1)}: {counts[Verdict.ALIKE]} alike, "
        f"{counts[Verdict.DIFFERENT]} different, {counts[Verdict.NOTHING]} with nothing to compare."
    )


def _job(each: Comparison) -> Iterator[Text]:
    if each.since is None or each.until is None:
        yield Text.assemble((safe(each.job), "bold"), "  noted by one side only")
    else:
        when = f"  {instant(each.since)} to {instant(each.until)}"
        yield Text.assemble((safe(each.job), "bold"), when)
        yield Text(f"  {_counted(len(each.both))} in both{_phase(each.phase)}")
        yield from _alone("in the old scheduler alone", each.only_old)
        yield from _alone("in the loop alone", each.only_loop)
    yield Text("")


def _phase(seconds: float) -> str:
    if not seconds:
        return ""
    return f"; those of the loop {span(abs(seconds))} {'later' if seconds > 0 else 'earlier'}"


def _alone(where: str, lone: Sequence[Lone]) -> Iterator[Text]:
    if not lone:
        return
    counts = Counter(each.why for each in lone)
    reasons = ", ".join(f"{count} {why.value}" for why, count in counts.most_common())
    yield Text(f"  {_counted(len(lone))} {where}: {reasons}")
    for each in lone[:_SHOWN]:
        yield Text(f"    {instant(each.entry.moment)}  {each.why.value}: {_REASONS[each.why]}")
    if len(lone) > _SHOWN:
        yield Text(f"    and {len(lone) - _SHOWN} more, which --json shows")


def _counted(count: int) -> str:
    return f"{count} run{'s' * (count != 1)}"
