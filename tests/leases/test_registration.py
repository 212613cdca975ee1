"""One line that gives a host its leases: where they are, and what is said if that is nowhere."""

import importlib.util

import pytest
from pydantic import SecretStr

from loopjobs import (
    CancellationToken,
    Host,
    HostBuilder,
    LeaseStoreSource,
    LoopJobOptions,
    Options,
    SettingsError,
    StartError,
)
from loopjobs.leases import LeasesTarget, add_leases
from loopjobs.leases._postgresql import PostgresqlLeases
from loopjobs.testing import FakeClock

PLACE = "postgresql://ada:hunter2@db.example/shop"


class ShopOptions(Options):
    """The section of a service."""

    url: SecretStr = SecretStr("postgresql+psycopg://db.example/own")


def target(options: ShopOptions) -> LeasesTarget:
    """Say where the service keeps its data."""
    return LeasesTarget(options.url)


async def sweep(ct: CancellationToken) -> None:
    """Do nothing."""


def build(*, with_default: bool = False, **settings: object) -> Host:
    sections = {"sweep": {"IntervalInSeconds": 10, "RunOn": "OneReplica"}, **settings}
    builder = HostBuilder(settings_files=(), settings=sections, clock=FakeClock())
    builder.add_options(ShopOptions, "Shop")
    add_leases(builder, default=target if with_default else None)
    return builder.add_loop_job(sweep, LoopJobOptions).build()


async def test_one_line_gives_a_host_its_leases() -> None:
    """Nobody connects before the first slot."""
    host = build(Leases={"Url": PLACE})
    assert isinstance(await host.container.get(LeaseStoreSource), PostgresqlLeases)


async def test_a_service_may_say_where_if_the_settings_do_not() -> None:
    """What the settings say comes first."""
    for settings in ({}, {"Leases": {"Url": PLACE}}):
        host = build(with_default=True, **settings)
        assert isinstance(await host.container.get(LeaseStoreSource), PostgresqlLeases)


def test_without_either_the_host_is_not_built() -> None:
    """It could keep nothing anywhere."""
    with pytest.raises(SettingsError, match="Url must be given"):
        build()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://ada:hunter2@db.example/shop", "must begin with"),
        ("postgresql://ada:hunter2@db.example", "must name a database"),
        ("hunter2", "must begin with"),
        ("postgresql://ada:hunter2@db.example:x/shop?hunter2", "is not a database URL"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused_without_being_shown(url: str, words: str) -> None:
    """It may be a secret."""
    with pytest.raises(SettingsError, match=words) as refusal:
        build(Leases={"Url": url})
    assert "hunter2" not in str(refusal.value)


async def test_a_default_that_leads_nowhere_says_whose_it_is() -> None:
    """It is found when the host starts: nobody knows it before."""
    host = build(with_default=True, Shop={"Url": "mysql://ada:hunter2@db.example/shop"})
    with pytest.raises(StartError, match="the default of the service must begin") as refusal:
        await host.start()
    assert "hunter2" not in str(refusal.value)


def test_the_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"loopjobs\[postgres\]"):
        build(Leases={"Url": PLACE})
