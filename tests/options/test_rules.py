"""The rules of every loop job's options, and what is said of values that break them."""

import threading
from collections.abc import Mapping

import pytest
from pydantic import (
    BaseModel,
    Field,
    PydanticSchemaGenerationError,
    ValidationError,
    create_model,
)
from pydantic.alias_generators import to_pascal

from loopjobs import (
    BuildError,
    CancellationToken,
    HostBuilder,
    LoopJobOptions,
    Options,
    Pacing,
    Problem,
    RunOn,
    WhenLeaseUnavailable,
)


async def job(ct: CancellationToken) -> None: ...


class EasyOptions(LoopJobOptions):
    interval_in_seconds: float = 10


def bound(options: type[LoopJobOptions], **section: object) -> LoopJobOptions:
    builder = HostBuilder(settings_files=(), settings={"Job": section})
    return builder.add_loop_job(job, options, "Job").build().jobs["job"].status().options


def refused(options: type[LoopJobOptions], section: Mapping[str, object]) -> list[Problem]:
    builder = HostBuilder(settings_files=(), settings={"Job": section})
    with pytest.raises(BuildError) as caught:
        builder.add_loop_job(job, options, "Job").build()
    return list(caught.value.problems)


@pytest.mark.parametrize("value", [0.001, 0.5, 10, "10", "1e3", 316_224_000])
def test_intervals_from_a_millisecond_to_ten_years_are_taken(value: object) -> None:
    """As numbers, and as texts that are numbers."""
    options = bound(LoopJobOptions, IntervalInSeconds=value)
    assert options.interval_in_seconds == float(str(value))


class WideOptions(LoopJobOptions):
    interval_in_seconds: float = Field(10, ge=-100, le=1e20)


class WholeOptions(LoopJobOptions):
    interval_in_seconds: int = 10


@pytest.mark.parametrize("options", [LoopJobOptions, WideOptions, WholeOptions])
@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (0, "must be more than 0 and at most ten years"),
        (-1, "must be more than 0 and at most ten years"),
        (316_224_001, "must be more than 0 and at most ten years"),
        (True, "must be a"),
        ("soon", "must be a"),
        ([1], "must be a"),
        (float("nan"), "must be a"),
        ("inf", "must be a"),
    ],
)
def test_no_class_escapes_the_rule_of_the_interval(
    options: type[LoopJobOptions], value: object, rule: str
) -> None:
    """However it declares the field anew."""
    (problem,) = refused(options, {"IntervalInSeconds": value})
    assert problem.where == "Job:IntervalInSeconds"
    assert problem.what.startswith(rule)


def test_an_interval_below_a_millisecond_is_told_as_such() -> None:
    """The event loop could not keep it."""
    (problem,) = refused(LoopJobOptions, {"IntervalInSeconds": 0.000_9})
    assert problem.what == "must be at least a millisecond (0.001), given 0.0009"


class DefaultsOptions(EasyOptions):
    initial_delay_in_seconds: float = 60
    start_jitter_in_seconds: float = 1
    jitter_in_seconds: float = 1
    timeout_in_seconds: float | None = 30
    max_backoff_in_seconds: float | None = 300
    max_concurrent_runs: int = 2
    unhealthy_after_failures: int = Field(5, le=10)


def test_a_class_may_give_other_defaults() -> None:
    """That is what deriving is for."""
    options = bound(DefaultsOptions, TimeoutInSeconds=None)
    assert (options.initial_delay_in_seconds, options.timeout_in_seconds) == (60, None)


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("InitialDelayInSeconds", -1, "must be at least 0"),
        ("InitialDelayInSeconds", 1e10, "must be at most 316224000"),
        ("StartJitterInSeconds", -1, "must be at least 0"),
        ("JitterInSeconds", -1, "must be at least 0"),
        ("JitterInSeconds", 10, "must be less than IntervalInSeconds (10)"),
        ("TimeoutInSeconds", 0, "must be greater than 0"),
        ("MaxBackoffInSeconds", -5, "must be greater than 0"),
        ("MaxBackoffInSeconds", 1e10, "must be at most 316224000"),
        ("MaxConcurrentRuns", 0, "must be at least 1"),
        ("MaxConcurrentRuns", 1.5, "must be an integer"),
        ("UnhealthyAfterFailures", 0, "must be at least 1"),
    ],
)
@pytest.mark.parametrize("options", [EasyOptions, DefaultsOptions])
def test_the_other_rules_hold_in_every_class_too(
    options: type[LoopJobOptions], key: str, value: object, rule: str
) -> None:
    """A class that gives a default of its own does not lose the rule with it."""
    (problem,) = refused(options, {key: value})
    assert (problem.where, problem.what) == (f"Job:{key}", f"{rule}, given {value}")


@pytest.mark.parametrize(
    "name", [name for name, field in LoopJobOptions.model_fields.items() if field.metadata]
)
def test_every_bound_is_kept_by_a_class_that_declares_the_option_anew(name: str) -> None:
    """None of those that there are was forgotten."""
    field = LoopJobOptions.model_fields[name]
    anew: type[LoopJobOptions] = create_model(  # type: ignore[call-overload] # a name out of a loop
        "AnewOptions", __base__=EasyOptions, **{name: (field.annotation, field.default)}
    )
    (problem,) = refused(anew, {to_pascal(name): -1})
    assert problem.where == f"Job:{to_pascal(name)}"


def test_a_narrower_rule_of_a_class_counts_as_well() -> None:
    """Both hold, the inherited and the new one."""
    (problem,) = refused(DefaultsOptions, {"UnhealthyAfterFailures": 11})
    assert problem.what == "must be at most 10, given 11"


def test_jitter_stays_below_the_interval() -> None:
    """Whichever of the two the settings give; a wrong interval is complained of once."""
    assert bound(EasyOptions, JitterInSeconds=9.99).jitter_in_seconds == 9.99
    (problem,) = refused(DefaultsOptions, {"IntervalInSeconds": 0.5})
    assert problem == Problem(
        "Job:JitterInSeconds",
        "must be less than IntervalInSeconds (0.5), given 1",
        "Correct the default in code, or give a value.",
        "default",
    )
    (problem,) = refused(EasyOptions, {"IntervalInSeconds": -1, "JitterInSeconds": 5})
    assert problem.where == "Job:IntervalInSeconds"


class Retry(BaseModel):
    count: int = 1
    pause: float | None = None
    is_on: bool = True


class Nested(EasyOptions):
    retry: Retry = Retry()
    retries: list[Retry] = Field(default_factory=list)
    numbers: list[int] = Field(default_factory=list)
    rates: dict[str, float] = Field(default_factory=dict)
    pair: tuple[bool, int] = (True, 1)
    either: int | bool = 1
    anything: object = None


@pytest.mark.parametrize(
    ("section", "where"),
    [
        ({"MaxConcurrentRuns": True}, "MaxConcurrentRuns"),
        ({"TimeoutInSeconds": False}, "TimeoutInSeconds"),
        ({"Retry": {"Count": True}}, "Retry:Count"),
        ({"Retry": {"Pause": False}}, "Retry:Pause"),
        ({"Retries": [{}, {"Count": True}]}, "Retries:1:Count"),
        ({"Numbers": [1, True]}, "Numbers:1"),
        ({"Rates": {"a": False}}, "Rates:a"),
        ({"Pair": [True, True]}, "Pair:1"),
    ],
)
def test_true_and_false_are_no_numbers_at_any_depth(
    section: Mapping[str, object], where: str
) -> None:
    """In sections inside a section, lists and dicts as well."""
    (problem,) = refused(Nested, section)
    assert problem.where == f"Job:{where}"
    assert problem.what.startswith(("must be a number, given ", "must be an integer, given "))


def test_true_and_false_are_taken_where_they_are_meant() -> None:
    """A field that takes either takes either."""
    options = bound(
        Nested, Retry={"IsOn": False}, Pair=[False, 2], Either=True, Anything=True, Enabled=False
    )
    assert options == Nested(
        retry=Retry(is_on=False), pair=(False, 2), either=True, anything=True, enabled=False
    )


@pytest.mark.parametrize(
    ("key", "values", "allowed"),
    [
        ("Pacing", {"fixeddelay": Pacing.FIXED_DELAY}, "'FixedRate' or 'FixedDelay'"),
        ("Pacing", {"FIXEDRATE": Pacing.FIXED_RATE}, "'FixedRate' or 'FixedDelay'"),
        ("RunOn", {"everyReplica": RunOn.EVERY_REPLICA}, "'EveryReplica' or 'OneReplica'"),
    ],
)
def test_words_are_taken_in_any_case_and_the_allowed_ones_are_named(
    key: str, values: Mapping[str, object], allowed: str
) -> None:
    """A number or true is no word."""
    for spelled, member in values.items():
        assert member in bound(EasyOptions, **{key: spelled}).model_dump().values()
    for wrong in ("sometimes", "", 1, True, None):
        (problem,) = refused(EasyOptions, {key: wrong})
        assert problem.what.startswith(f"must be {allowed}, given ")


def test_members_compare_as_their_words() -> None:
    """The spelling of the settings file is their value."""
    assert WhenLeaseUnavailable("RUNLOCAL") is WhenLeaseUnavailable.RUN_LOCAL
    assert [str(each) for each in Pacing] == ["FixedRate", "FixedDelay"]


def test_options_are_frozen_and_know_their_keys() -> None:
    """In code they are spelled as Python spells them."""
    options = EasyOptions(initial_delay_in_seconds=5)
    with pytest.raises(ValidationError):
        options.enabled = False  # type: ignore[misc] # the mistake
    with pytest.raises(ValidationError):
        EasyOptions(enable=False)  # type: ignore[call-arg] # the mistake
    with pytest.raises(ValidationError, match="at least a millisecond"):
        EasyOptions(interval_in_seconds=1e-9)


def test_a_problem_reads_well_at_three_in_the_morning() -> None:
    """Path, value, rule, source and remedy, in this order; secrets are not shown."""

    class Mail(Options):
        password: str = Field(max_length=3)

    class MailOptions(EasyOptions):
        mail: Mail

    section = {"IntervalInSeconds": "-5", "SkipIfRuning": False, "Mail": {"Password": "hunter2"}}
    unknown, interval, hidden = map(str, refused(MailOptions, section))
    assert unknown == (
        "Job:SkipIfRuning: is not a known key (from settings given in code)."
        " Did you mean 'SkipIfRunning'?"
    )
    assert interval == (
        "Job:IntervalInSeconds: must be more than 0 and at most ten years, given '-5'"
        " (from settings given in code). Correct the value, or remove it to get the default, 10."
    )
    assert hidden == (
        "Job:Mail:Password: must have at most 3 characters, given ***"
        " (from settings given in code). Correct the value."
    )


def test_a_mistake_in_a_class_of_options_is_told_where_the_class_stands() -> None:
    """And not by the host that is built with it, far away."""
    with pytest.raises(PydanticSchemaGenerationError, match="Thread"):

        class Wrong(LoopJobOptions):
            thread: threading.Thread


def test_a_class_of_options_can_name_what_comes_later() -> None:
    """It is ready once that is there."""

    class Outer(LoopJobOptions):
        inner: "Inner"

    class Inner(Options):
        count: int = 1

    Outer.model_rebuild()
    options = Outer.model_validate({"IntervalInSeconds": 10, "Inner": {"Count": 2}})
    assert options.inner.count == 2
