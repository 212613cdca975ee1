"""What a reload has changed, by name: values may be secrets."""

from collections.abc import Iterator

from loopjobs._host.bindings import HOST_SECTION, Bindings
from loopjobs._host.registration import Registrations
from loopjobs._host.settings.keys import keys_of
from loopjobs._words.options import Options


def changed_keys(registrations: Registrations, before: Bindings, after: Bindings) -> list[str]:
    """Name the keys whose values differ, such as `PcKeepAliveJob:IntervalInSeconds`."""
    return list(dict.fromkeys(_changed_keys(registrations, before, after)))


def changed_host_keys(before: Bindings, after: Bindings) -> list[str]:
    """Name those of the section that is read only once."""
    return list(_changed(HOST_SECTION, before.host, after.host))


def _changed_keys(registrations: Registrations, before: Bindings, after: Bindings) -> Iterator[str]:
    for job in registrations.jobs:
        yield from _changed(job.section, before.jobs[job.name], after.jobs[job.name])
    for each in registrations.options:
        yield from _changed(each.section, before.plain[each], after.plain[each])


def _changed(section: str, before: Options, after: Options) -> Iterator[str]:
    if before == after:
        return
    fields = type(after).model_fields
    keys = [
        f"{section}:{key.shown}"
        for name, key in zip(fields, keys_of(type(after)).keys, strict=True)
        if getattr(before, name) != getattr(after, name)
    ]
    # It may be in keys that are no fields, if the class allows them.
    yield from keys or [section]
