"""What PcKeepAliveJob can be told."""

from datetime import timedelta
from typing import Final

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from login.domain.brakes import BrakeRules
from login.domain.sweep import SweepRules
from loopjobs import LoopJobOptions, RunOn, SettingsEnum

_WEEK_IN_MINUTES = 10_080
_DAY_IN_SECONDS = 86_400
_BATCH: Final = 1_000
_BATCH_OF_ONE_WRITER: Final = 300
_MARGIN = 3
"""One lost keep-alive must not make a PC offline, nor two."""


class UnreadableKeepAlive(SettingsEnum):
    """What an online PC without a readable last keep-alive counts as."""

    OFFLINE = "Offline"
    """Silent."""
    SKIP = "Skip"
    """Not to be judged; counted."""


class PcKeepAliveJobOptions(LoopJobOptions):
    """The settings section `PcKeepAliveJob`.

    As it comes, all brakes are off. In production set `StartupGraceInSeconds` to the threshold,
    `MassOfflineMaxFraction` to 0.5 and `IngestSilenceInSeconds` to three keep-alive intervals.
    """

    interval_in_seconds: float = Field(60.0, ge=1, le=_DAY_IN_SECONDS)
    """Seconds from sweep to sweep. A PC is found offline at the latest after the threshold, this
    interval, and the sweep itself."""
    run_on: RunOn = RunOn.ONE_REPLICA
    """One replica does the work of all."""
    change_state_time_in_minutes: float = Field(5.0, gt=0, le=_WEEK_IN_MINUTES)
    """The threshold: a PC whose last keep-alive is strictly older is offline."""
    expected_keep_alive_interval_in_seconds: float = Field(60.0, ge=1, le=3_600)
    """How often PCs send keep-alives; a threshold under three times this earns a warning."""
    batch_size: int | None = Field(None, ge=1, le=10_000)
    """PCs marked in one transaction at the most; by default 1,000, on SQLite 300: there the
    keep-alives of all wait until it is written."""
    max_marked_per_run: int | None = Field(None, ge=1)
    """PCs marked in one run at the most, no less than a batch; the rest waits for the next run."""
    unreadable_keep_alive: UnreadableKeepAlive = UnreadableKeepAlive.OFFLINE
    """What becomes of an online PC whose last keep-alive is missing or unreadable."""
    startup_grace_in_seconds: float = Field(0.0, ge=0, le=_DAY_IN_SECONDS)
    """Nobody is marked for this long after the service has started."""
    mass_offline_max_fraction: float = Field(1.0, gt=0, le=1)
    """More than this share of the online PCs stale at once holds the sweep; 1 is off."""
    mass_offline_min_count: int = Field(50, ge=1)
    """Fewer stale PCs than this never hold it."""
    mass_offline_hold_in_seconds: float = Field(900.0, ge=0, le=_DAY_IN_SECONDS)
    """The longest hold; after it the sweep goes on."""
    ingest_silence_in_seconds: float | None = Field(None, ge=1, le=_DAY_IN_SECONDS)
    """The newest keep-alive of the whole fleet older than this holds the sweep: we may be blind."""
    late_run_compensation: bool = True
    """Whether the time for which the service itself was absent is added to the threshold once."""
    future_skew_in_seconds: float = Field(120.0, ge=0, le=_DAY_IN_SECONDS)
    """A last keep-alive later than now by more than this earns a warning."""
    max_consecutive_failures: int = Field(20, ge=1)
    """So many failed writes in a row fail the run: then it is the store, not a PC."""

    @field_validator("max_marked_per_run")
    @classmethod
    def _check_cap(cls, value: int | None, info: ValidationInfo) -> int | None:
        batch_size = info.data.get("batch_size")
        if value is not None and batch_size is not None and value < batch_size:
            raise PydanticCustomError(
                "cap", "must be at least BatchSize ({batch_size})", {"batch_size": batch_size}
            )
        return value

    def to_rules(self, *, has_one_writer: bool) -> SweepRules:
        """Return them in words of the domain.

        Args:
            has_one_writer: whether the store lets one writer in at a time.
        """
        batch_size = self.batch_size or (_BATCH_OF_ONE_WRITER if has_one_writer else _BATCH)
        return SweepRules(
            threshold=timedelta(minutes=self.change_state_time_in_minutes),
            batch_size=min(batch_size, self.max_marked_per_run or batch_size),
            max_marked_per_run=self.max_marked_per_run,
            unreadable_is_stale=self.unreadable_keep_alive is UnreadableKeepAlive.OFFLINE,
            late_run_compensation=self.late_run_compensation,
            future_skew=timedelta(seconds=self.future_skew_in_seconds),
            max_consecutive_failures=self.max_consecutive_failures,
            brakes=BrakeRules(
                startup_grace=self.startup_grace_in_seconds,
                mass_offline_max_fraction=self.mass_offline_max_fraction,
                mass_offline_min_count=self.mass_offline_min_count,
                mass_offline_hold=self.mass_offline_hold_in_seconds,
                ingest_silence=self.ingest_silence_in_seconds,
            ),
        )

    def complaints(self) -> list[str]:
        """Return what is allowed and still unwise."""
        threshold = self.change_state_time_in_minutes * 60
        compared = {
            "ExpectedKeepAliveIntervalInSeconds": self.expected_keep_alive_interval_in_seconds,
            "IntervalInSeconds": self.interval_in_seconds,
        }
        return [
            f"ChangeStateTimeInMinutes ({threshold:g} s) is less than three times {name} "
            f"({seconds:g} s): PCs may flap"
            for name, seconds in compared.items()
            if threshold < _MARGIN * seconds
        ]
