"""Finding jobs by name."""

import difflib
from collections.abc import Iterable

from loopjobs import Host, JobHandle
from loopjobs.cli._mistakes import CommandError


def find_jobs(host: Host, name: str | None) -> list[JobHandle]:
    """Return the job of that name, or all of them.

    Raises:
        CommandError: There is none of that name.
    """
    if name is None:
        return list(host.jobs.values())
    if name not in host.jobs:
        raise no_such_job(name, host.jobs)
    return [host.jobs[name]]


def no_such_job(name: str, known: Iterable[str]) -> CommandError:
    """Return how a command ends that is about a job nobody knows."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names) or 'none'}."
    return CommandError(f"there is no job {name!r}. {hint}")
