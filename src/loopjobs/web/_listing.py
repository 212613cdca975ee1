"""Finds jobs in paths. A name may hold slashes, which a server hands on decoded."""

from loopjobs import Host, JobHandle
from loopjobs.web._refusal import no_such_job


def find_job(host: Host, name: str) -> JobHandle:
    """Return a job.

    Raises:
        RefusalError: 404; there is none of that name.
    """
    job = host.jobs.get(name)
    if job is None:
        raise no_such_job()
    return job


def split_path(host: Host, path: str) -> tuple[str, str]:
    """Return the name of a job and what follows it; nothing if the path is a name itself."""
    if path in host.jobs:
        return path, ""
    name, _, rest = path.rpartition("/")
    return name, rest
