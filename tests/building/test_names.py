"""Names and sections of jobs, and things that are not what the builder takes."""

from collections.abc import Callable

import pytest
from dishka import Provider
from pydantic import SecretStr

from loopjobs import (
    BuildError,
    CancellationToken,
    HostBuilder,
    LoopJobOptions,
    Options,
    Problem,
    RegistrationError,
    SettingsError,
)

NewBuilder = Callable[..., HostBuilder]
Problems = Callable[[HostBuilder], list[Problem]]
Easy = type[LoopJobOptions]


class Mail(Options):
    sender: str = "nobody"


async def sweep(ct: CancellationToken) -> None: ...


class Sweep:
    async def execute(self, ct: CancellationToken) -> None: ...


class Named(Sweep):
    name = "Chosen"


class OnlyAnnotated(Sweep):
    name: str


class WithProperty(Sweep):
    @property
    def name(self) -> str:
        return "of the object"


class Service:
    async def start(self) -> None: ...

    async def stop(self) -> None: ...


def test_a_job_is_named_by_its_attribute_or_its_class(new_builder: NewBuilder, easy: Easy) -> None:
    """A name that is no text of the class says nothing."""
    builder = new_builder()
    for job in (Sweep, Named, OnlyAnnotated, WithProperty, sweep):
        builder.add_loop_job(job, easy, name="Sweep2" if job is sweep else None)
    names = ["Sweep", "Chosen", "OnlyAnnotated", "WithProperty", "Sweep2"]
    assert list(builder.build().jobs) == names
    assert list(new_builder().add_loop_job(sweep, easy).build().jobs) == ["sweep"]


def test_the_section_is_found_by_the_name_unless_it_is_told(
    new_builder: NewBuilder, easy: Easy
) -> None:
    """A name with colons is a path in the settings, as every section name is."""
    settings = {"Chosen": {"Size": 2}, "Jobs": {"Sweep": {"Size": 3}}, "Größe": {"Size": 4}}
    builder = (
        new_builder(settings).add_loop_job(Named, easy).add_loop_job(Sweep, easy, "Jobs:Sweep")
    )
    builder.add_loop_job(sweep, easy, name="jobs:sweep").add_loop_job(sweep, easy, name="größe")
    jobs = builder.build().jobs
    sizes = {name: job.status().options.model_dump()["size"] for name, job in jobs.items()}
    assert sizes == {"Chosen": 2, "Sweep": 3, "jobs:sweep": 3, "größe": 4}


@pytest.mark.parametrize("name", ["", " ", "\t", " sweep", "sweep ", "a\nb", "\x1b[31m"])
def test_a_name_needs_visible_characters(
    name: str, new_builder: NewBuilder, problems: Problems, easy: Easy
) -> None:
    """It stands in log lines, metrics and addresses."""
    builder = new_builder().add_loop_job(sweep, easy, "Section", name)
    assert problems(builder) == [
        Problem(
            f"job {name!r}",
            "a name needs visible characters, and no blanks around them",
            "Name it, with add_loop_job(..., name=...).",
        )
    ]


def test_a_blank_name_of_the_class_is_told_once(
    new_builder: NewBuilder, problems: Problems, easy: Easy
) -> None:
    """Not again as the name of its section."""

    class Blank(Sweep):
        name = ""

    (problem,) = problems(new_builder().add_loop_job(Blank, easy))
    assert problem.where == "job ''"


@pytest.mark.parametrize("section", ["", " ", ":", "a::b", "a:", ": "])
def test_a_section_needs_visible_characters(
    section: str, new_builder: NewBuilder, problems: Problems, easy: Easy
) -> None:
    """It could not be found in any file, and defaults would be taken in silence."""
    expected = Problem(
        f"section {section!r}",
        "a section name needs visible characters, also around each ':'",
        "Name it as in the settings file.",
    )
    assert problems(new_builder().add_loop_job(sweep, easy, section)) == [expected]
    assert problems(new_builder().add_options(Mail, section)) == [expected]


def test_the_section_of_the_host_is_taken(
    new_builder: NewBuilder, problems: Problems, easy: Easy
) -> None:
    """Whatever its case."""
    (problem,) = problems(new_builder().add_loop_job(sweep, easy, name="host"))
    assert problem == Problem(
        "host",
        "this section belongs to the host itself",
        "Choose another, with add_loop_job(..., section_name=...).",
    )


def test_names_are_unique_and_case_does_not_tell_them_apart(
    new_builder: NewBuilder, problems: Problems, easy: Easy
) -> None:
    """Every group of namesakes is one problem."""
    builder = new_builder()
    for name in ("One", "Two", "Two", "three", "Three", "THREE"):
        builder.add_loop_job(sweep, easy, name=name)
    found = [(problem.where, problem.what) for problem in problems(builder)]
    assert found == [
        ("Two", "2 jobs have this name"),
        ("three", "3 jobs have this name, apart from case: three, Three, THREE"),
    ]


def test_one_options_class_cannot_stand_for_two_sections(
    new_builder: NewBuilder, problems: Problems
) -> None:
    """Whoever asked for it could get one of them only."""
    builder = new_builder().add_options(Mail, "Mail").add_options(Mail, "Post")
    assert problems(builder) == [
        Problem(
            "Mail",
            "2 sections are bound to it, but one can be injected: Mail, Post",
            "Derive a class for each section.",
        )
    ]


def test_a_service_is_registered_once(new_builder: NewBuilder, problems: Problems) -> None:
    """Twice the same object or class would be started twice; two objects of a class are two."""
    service = Service()
    new_builder().add_hosted_service(service).add_hosted_service(Service()).build()
    for twin in (service, Service):
        (problem,) = problems(new_builder().add_hosted_service(twin).add_hosted_service(twin))
        assert problem.where == "Service"
        assert problem.what == "it is registered more than once, and would be started as often"


class SecretOptions(LoopJobOptions):
    interval_in_seconds: float = 10
    key: SecretStr = SecretStr("hunter2")
    plain: str = "hunter2"


@pytest.mark.parametrize(
    ("register", "text"),
    [
        (
            lambda builder: builder.add_loop_job(sweep, Mail),
            "job 'sweep': its options are class Mail, not derived from LoopJobOptions",
        ),
        (
            lambda builder: builder.add_loop_job(sweep, SecretOptions()),
            "job 'sweep': its options are an object of SecretOptions, not derived",
        ),
        (
            lambda builder: builder.add_loop_job(sweep, SecretOptions, section_name=b"x"),
            "job 'sweep': its section name is an object of bytes, not a text",
        ),
        (
            lambda builder: builder.add_loop_job(sweep, SecretOptions, "x", name=5),
            "job 5: its name is an object of int, not a text",
        ),
        (
            lambda builder: builder.add_options(dict, "x"),
            "options class dict: they are not derived",
        ),
        (
            lambda builder: builder.add_options(Mail, None),
            "options class Mail: their section name is an object of NoneType",
        ),
        (
            lambda builder: builder.add_provider(Provider),
            "provider class Provider: it is no dishka provider. Give an instance of Provider.",
        ),
        (
            lambda builder: builder.add_listener("x"),
            "listener an object of str: it cannot be called with an event",
        ),
        (
            lambda builder: builder.add_hosted_service(Sweep),
            "service class Sweep: it has no method start and no method stop",
        ),
    ],
)
def test_what_is_not_of_the_right_kind_is_told_without_its_content(
    register: Callable[[HostBuilder], HostBuilder], text: str, new_builder: NewBuilder
) -> None:
    """Whoever does not check types learns it from the build; values may be secrets."""
    with pytest.raises(RegistrationError) as caught:
        register(new_builder()).build()
    (problem,) = caught.value.problems
    assert str(problem).startswith(text)
    assert "hunter2" not in str(problem)


def test_both_kinds_of_mistakes_are_one_error(new_builder: NewBuilder, easy: Easy) -> None:
    """Settings first; catching either class catches it."""
    builder = new_builder({"sweep": {"Size": "big"}}).add_loop_job(sweep, easy)
    builder.add_loop_job(sweep, easy, "Other", "SWEEP")
    with pytest.raises(RegistrationError) as caught:
        builder.build()
    assert isinstance(caught.value, BuildError)
    assert str(caught.value).splitlines() == [
        "2 problems found; nothing was started:",
        *(f"  - {problem}" for problem in caught.value.problems),
    ]
    assert [problem.where for problem in caught.value.problems] == ["sweep:Size", "sweep"]
    assert isinstance(caught.value, SettingsError)
