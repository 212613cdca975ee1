"""Options: one frozen class each, bound from a settings section in PascalCase."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_pascal
from pydantic_core import PydanticCustomError

from loopjobs._words import schedule_choice
from loopjobs._words.bounds import Bound, bounds_of
from loopjobs._words.calendar import Calendar, calendar_of

TEN_YEARS_IN_SECONDS: Final = 10 * 366 * 86_400.0
SHORTEST_INTERVAL_IN_SECONDS: Final = 0.001
SHORTEST_RELOAD_INTERVAL_IN_SECONDS: Final = 0.1


class SettingsEnum(StrEnum):
    """An enumeration that settings may spell in any case, as .NET's binder allows.

    Derive from it for a choice among an option's own words, as in `Mode: TwoPhase`.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        wanted = str(value).casefold()
        return next((member for member in cls if member.value.casefold() == wanted), None)


class Pacing(SettingsEnum):
    """What the interval is counted from."""

    FIXED_RATE = "FixedRate"
    """A grid: slot k is due at start + initial delay + k times the interval."""
    FIXED_DELAY = "FixedDelay"
    """From the end of the last run."""


class StartedBy(SettingsEnum):
    """Who starts the runs of a job."""

    LOOP = "Loop"
    """Its slots."""
    TRIGGER = "Trigger"
    """`trigger()` alone: another scheduler, a message, a person. The loop has no slots."""


class RunOn(SettingsEnum):
    """Which replicas of a service run the job."""

    EVERY_REPLICA = "EveryReplica"
    ONE_REPLICA = "OneReplica"


class WhenLeaseUnavailable(SettingsEnum):
    """What a tick does when the lease store cannot be reached."""

    SKIP = "Skip"
    RUN_LOCAL = "RunLocal"


_OWN: Final = f"{__name__.partition('.')[0]}."


class Options(BaseModel):
    """A settings section as a frozen object: PascalCase in files, snake_case in code.

    Unknown keys are refused, and so are numbers that are not finite. Derive from it for a section
    that belongs to no job, and for sections inside a section.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_pascal,
        populate_by_name=True,
        allow_inf_nan=False,
        validate_default=True,
        # Programs that build no host need none of the validators of the library's own.
        defer_build=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def __pydantic_init_subclass__(cls, **given: object) -> None:
        """Tell a mistake in a class where that stands, and not where a host is built."""
        super().__pydantic_init_subclass__(**given)
        if not cls.__module__.startswith(_OWN):
            cls.model_rebuild(raise_errors=False)


class HostOptions(Options):
    """The section `Host`. It is read when the host is built; a reload does not change it."""

    shutdown_timeout_in_seconds: float = Field(default=30.0, ge=0, le=86_400)
    """How long runs may finish after a stop was asked for; past it they are cancelled."""
    timer_slack_in_milliseconds: float = Field(default=5.0, ge=0, le=1_000)
    """Slots this close together share one wake-up of the process; 0 is exact."""
    settings_reload_interval_in_seconds: float = Field(default=2.0, ge=0, le=86_400)
    """How often the settings files are looked at for edits; 0 is never."""

    @field_validator("settings_reload_interval_in_seconds")
    @classmethod
    def _check_reload_interval(cls, value: float) -> float:
        if 0 < value < SHORTEST_RELOAD_INTERVAL_IN_SECONDS:
            raise PydanticCustomError(
                "interval", "must be 0, or at least a tenth of a second (0.1)"
            )
        return value


_BOUNDED: Final = (
    "initial_delay_in_seconds",
    "max_concurrent_runs",
    "jitter_in_seconds",
    "start_jitter_in_seconds",
    "timeout_in_seconds",
    "max_backoff_in_seconds",
    "unhealthy_after_failures",
    "lease_in_seconds",
)
"""The options of loop jobs that have bounds; to look at the others costs as much."""


class LoopJobOptions(Options):
    """What every loop job can be told. Derive from it to add a job's own options or defaults."""

    if TYPE_CHECKING:
        # Required, or given by `Cron`: more than a type can say.
        interval_in_seconds: float = 0.0
    else:
        interval_in_seconds: float
        """Seconds from slot to slot; with `Cron` the longest time from one to the next."""
    cron: str | None = None
    """Instead of an interval: times of the calendar, as in `0 3 * * *`; six fields begin with
    seconds."""
    time_zone: str = "UTC"
    """Only with `Cron`: the time zone of its times, such as `Europe/Berlin`."""
    initial_delay_in_seconds: float = Field(default=0.0, ge=0, le=TEN_YEARS_IN_SECONDS)
    """Before the first tick. 0 is at once, without blocking the start."""
    skip_if_running: bool = True
    """Whether a tick that finds a run in progress is skipped; otherwise runs may overlap."""
    max_concurrent_runs: int = Field(default=10, ge=1, le=100_000)
    """Only without `SkipIfRunning`: the bound. One tick waits at it, further ones are skipped."""
    enabled: bool = True
    """Whether the job ticks at all. Can be switched by a reload."""
    started_by: StartedBy = StartedBy.LOOP
    """Its slots, or only those who trigger it, such as another scheduler. Can be switched."""
    pacing: Pacing = Pacing.FIXED_RATE
    """What the interval is counted from: a grid, or the end of the last run."""
    jitter_in_seconds: float = Field(default=0.0, ge=0)
    """Each tick is delayed by a random share of it; the grid stays. Less than the interval."""
    start_jitter_in_seconds: float = Field(default=0.0, ge=0, le=TEN_YEARS_IN_SECONDS)
    """A random share of it is added once to the initial delay, which spreads replicas."""
    timeout_in_seconds: float | None = Field(default=None, gt=0, le=TEN_YEARS_IN_SECONDS)
    """A run past it is cancelled and recorded as timed out."""
    max_backoff_in_seconds: float | None = Field(default=None, gt=0, le=TEN_YEARS_IN_SECONDS)
    """After n failures in a row wait interval times 2 to the power n-1, capped here."""
    unhealthy_after_failures: int = Field(default=3, ge=1)
    """Failures in a row before health says unhealthy."""
    run_on: RunOn = RunOn.EVERY_REPLICA
    """Whether each replica runs the job, or one in the whole cluster."""
    lease_in_seconds: float = Field(default=15.0, ge=1, le=86_400, validate_default=False)
    """Only with `OneReplica`: how long a claim holds without being renewed."""
    when_lease_unavailable: WhenLeaseUnavailable = Field(
        default=WhenLeaseUnavailable.SKIP, validate_default=False
    )
    """Only with `OneReplica`: skip the tick, or run it on this replica alone."""

    @classmethod
    def __pydantic_init_subclass__(cls, **given: object) -> None:
        """Look whether the class leaves open what its schedule is."""
        super().__pydantic_init_subclass__(**given)
        schedule_choice.check_defaults(cls.__name__, cls.model_fields)

    @property
    def calendar(self) -> Calendar | None:
        """The slots of `Cron`; `None` for a job with an interval."""
        return None if self.cron is None else calendar_of(self.cron, self.time_zone)

    @model_validator(mode="before")
    @classmethod
    def _choose_schedule(cls, given: object) -> object:
        if not isinstance(given, Mapping):
            return given
        return schedule_choice.choose(given, cls.__pydantic_fields__)

    @property
    def has_slots(self) -> bool:
        """Whether the loop starts runs by itself."""
        return self.enabled and self.started_by is StartedBy.LOOP

    @model_validator(mode="after")
    def _forget_interval(self) -> Self:
        # That of a calendar was not given: who takes over what was must not find both.
        if self.cron is not None:
            self.model_fields_set.discard("interval_in_seconds")
        return self

    @field_validator(*_BOUNDED)
    @classmethod
    def _keep_bounds(cls, value: object, info: ValidationInfo) -> object:
        # A derived class that declares a field anew, to give it a default, say, would lose them.
        if isinstance(value, int | float) and info.field_name is not None:
            for bound in _bounds(info.field_name):
                bound.hold(value)
        return value

    @field_validator("interval_in_seconds")
    @classmethod
    def _check_interval(cls, value: float) -> float:
        # A validator and not a Field: it must hold in classes that declare the field anew.
        if value <= 0 or value > TEN_YEARS_IN_SECONDS:
            raise PydanticCustomError("interval", "must be more than 0 and at most ten years")
        if value < SHORTEST_INTERVAL_IN_SECONDS:
            raise PydanticCustomError("interval", "must be at least a millisecond (0.001)")
        return value

    @field_validator("interval_in_seconds", mode="wrap")
    @classmethod
    def _hold_interval(cls, value: object, rules: ValidatorFunctionWrapHandler) -> float:
        return schedule_choice.hold_interval(value, rules)

    @field_validator("cron", mode="before")
    @classmethod
    def _refuse_both(cls, value: object) -> object:
        return schedule_choice.refuse_both(value)

    @field_validator("cron")
    @classmethod
    def _check_cron(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None:
            schedule_choice.check_cron(value, info.data.get("interval_in_seconds"))
        return value

    @field_validator("time_zone")
    @classmethod
    def _check_time_zone(cls, value: str) -> str:
        schedule_choice.check_time_zone(value)
        return value

    @field_validator("pacing")
    @classmethod
    def _check_pacing(cls, value: Pacing, info: ValidationInfo) -> Pacing:
        if value is Pacing.FIXED_DELAY and info.data.get("cron") is not None:
            raise PydanticCustomError(
                "pacing", "FixedDelay counts from the end of each run, and Cron names times"
            )
        return value

    @field_validator("jitter_in_seconds")
    @classmethod
    def _check_jitter(cls, value: float, info: ValidationInfo) -> float:
        if "cron" not in info.data:
            # It has been refused, and what the interval would be is not known.
            return value
        cron, interval = info.data["cron"], info.data.get("interval_in_seconds")
        what = "IntervalInSeconds"
        if cron is not None:
            what, interval = "the shortest time between two slots", schedule_choice.gap_of(cron)
        if interval is not None and value >= interval:
            raise PydanticCustomError(
                "jitter",
                "must be less than {what} ({interval})",
                {"what": what, "interval": f"{interval:g}"},
            )
        return value

    @field_validator("run_on")
    @classmethod
    def _check_run_on(cls, value: RunOn, info: ValidationInfo) -> RunOn:
        if value is RunOn.ONE_REPLICA and info.data.get("skip_if_running") is False:
            raise PydanticCustomError(
                "run_on",
                "OneReplica is one run at a time: SkipIfRunning must be true",
            )
        return value


@cache
def _bounds(name: str) -> tuple[Bound, ...]:
    return bounds_of(LoopJobOptions.model_fields[name])
