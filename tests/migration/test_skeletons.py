"""The code to begin with is Python that loopjobs takes."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from loopjobs import HostBuilder
from loopjobs.migration import (
    Every,
    OldJob,
    OldScheduler,
    OldTrigger,
    Scheduler,
    take_stock,
)

KEYS = st.one_of(
    st.sampled_from(
        ["class", "Enabled", "model_config", "copy", "Interval In Seconds", "ä", "", "1st"]
    ),
    st.text(max_size=12),
    st.text(string.ascii_letters, min_size=1, max_size=12),
)
VALUES = st.one_of(
    st.text(max_size=10), st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False,
    allow_infinity=False), st.lists(st.integers(), max_size=1),
)  # fmt: skip


def jobs() -> st.SearchStrategy[OldJob]:
    """Return jobs with any names, data and descriptions."""
    triggers = st.lists(
        st.builds(OldTrigger, st.text(max_size=8), st.just("here"), st.builds(Every, st.just(10.0)),
                  data=st.dictionaries(KEYS, VALUES, max_size=2)),
        min_size=1, max_size=2,
    ).map(tuple)  # fmt: skip
    return st.builds(
        OldJob,
        st.text(max_size=8),
        st.just("here"),
        st.one_of(st.text(max_size=20), st.sampled_from(["A.Host, A", "a.b:c", "A.B`1[[C]], D"])),
        triggers,
        description=st.text(max_size=20),
        data=st.dictionaries(KEYS, VALUES, max_size=4),
    )


@settings(max_examples=settings().max_examples * 3 // 5)
@given(found=st.lists(jobs(), min_size=1, max_size=3).map(tuple))
def test_a_host_is_built_of_what_the_kit_gives(found: tuple[OldJob, ...]) -> None:
    """Of its settings and its code as they are, whatever the old names were."""
    inventory = take_stock([OldScheduler(Scheduler.QUARTZ, "here", found, is_clustered=False)])
    namespace: dict[str, object] = {"__name__": "moved"}
    exec(compile(inventory.code, "moved", "exec"), namespace)  # noqa: S102 - what is tested
    secrets = {
        move.name: {field.key: "s" for field in move.fields if field.is_secret}
        for move in inventory.moves
    }
    sections = {name: {**values, **secrets[name]} for name, values in inventory.settings.items()}
    builder = HostBuilder(settings_files=(), settings=sections)
    host = namespace["add_jobs"](builder).build()  # type: ignore[operator] # a function of the code
    assert set(host.jobs) == set(inventory.settings)
    assert len(host.jobs) == sum(len(job.triggers) for job in found)
