"""What the Login service measures of its own, and what is called how."""

from typing import Final

from loopjobs.telemetry import NamedCounter, TelemetryOptions

_SWEEP: Final = "PcKeepAliveJob"
_DELETE: Final = "PcDeleteJob"
_CLEANUP: Final = "TokenCleanupJob"
_DRY: Final = "dry_run"


class LoginTelemetryOptions(TelemetryOptions):
    """The settings section `Telemetry` of Login."""

    service_name: str = "login"
    """What the service is called wherever its telemetry arrives."""


def _deleted(kind: str) -> NamedCounter:
    return NamedCounter(
        name="login.tokens.deleted",
        description="Tokens and sessions deleted, by kind.",
        job=_CLEANUP,
        counter=kind,
        unit="{token}",
        unless=_DRY,
        attributes={"kind": kind},
    )


NAMED: Final = (
    NamedCounter(
        name="login.pc.online",
        description="PCs online after the last sweep.",
        job=_SWEEP,
        counter="online",
        unit="{pc}",
        is_level=True,
    ),
    NamedCounter(
        name="login.pc.stale",
        description="Online PCs that the last sweep found silent for too long.",
        job=_SWEEP,
        counter="stale",
        unit="{pc}",
        is_level=True,
    ),
    NamedCounter(
        name="login.pc.marked_offline",
        description="PCs declared offline by the sweep.",
        job=_SWEEP,
        counter="marked",
        unit="{pc}",
    ),
    NamedCounter(
        name="login.pc.sweep.skipped_race",
        description="PCs that were heard just before they were declared offline.",
        job=_SWEEP,
        counter="skipped_race",
        unit="{pc}",
    ),
    NamedCounter(
        name="login.pc.sweep.failures",
        description="PCs whose status could not be written.",
        job=_SWEEP,
        counter="failed",
        unit="{pc}",
    ),
    NamedCounter(
        name="login.pc.sweep.held",
        description="Sweeps that a brake held back.",
        job=_SWEEP,
        counter="held",
        unit="{run}",
    ),
    NamedCounter(
        name="login.pc.retired",
        description="PCs retired.",
        job=_DELETE,
        counter="retired",
        unit="{pc}",
        unless=_DRY,
    ),
    NamedCounter(
        name="login.pc.purged",
        description="PCs purged, with all that hung on them.",
        job=_DELETE,
        counter="purged",
        unit="{pc}",
        unless=_DRY,
    ),
    NamedCounter(
        name="login.pc.delete.backlog",
        description="PCs that were to be retired and are left for the next run.",
        job=_DELETE,
        counter="remaining",
        unit="{pc}",
        is_level=True,
        unless=_DRY,
    ),
    NamedCounter(
        name="login.pc.delete.held",
        description="Runs that a brake held back.",
        job=_DELETE,
        counter="held",
        unit="{run}",
        unless=_DRY,
    ),
    NamedCounter(
        name="login.pc.delete.failures",
        description="PCs that could not be retired or purged.",
        job=_DELETE,
        counter="failed",
        unit="{pc}",
    ),
    *(_deleted(kind) for kind in ("one_time", "refresh", "sessions")),
    NamedCounter(
        name="login.token_cleanup.backlog",
        description="Rows that can go and are left for the next run, as far as it looked.",
        job=_CLEANUP,
        counter="backlog",
        unit="{row}",
        is_level=True,
        unless=_DRY,
    ),
    NamedCounter(
        name="login.token_cleanup.oldest_expired",
        description="For how long the oldest of them could have gone.",
        job=_CLEANUP,
        counter="oldest_expired_s",
        unit="s",
        is_level=True,
        unless=_DRY,
    ),
    NamedCounter(
        name="login.token_cleanup.failures",
        description="Batches that could not be deleted.",
        job=_CLEANUP,
        counter="failed",
        unit="{batch}",
    ),
)
"""What jobs report, under names of its own. No label names a PC or a person."""
