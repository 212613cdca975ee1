"""The installed wheel with one extra or none: what works, and what says how to get it."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from . import probe
from .conftest import Distribution
from .installation import install, link_what_it_needs, run

EXTRAS: Final = sorted(probe.USES.keys() - {"core"})


@pytest.fixture(scope="module")
def installed(distribution: Distribution, tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("installed")
    install(distribution.wheel, into)
    return into


@pytest.mark.smoke
@pytest.mark.parametrize("extra", ["", *EXTRAS])
def test_an_extra_opens_its_own_part_and_no_other(
    installed: Path, tmp_path: Path, extra: str
) -> None:
    """The others say in one sentence what is missing; the core needs none of them."""
    link_what_it_needs(tmp_path, extra)
    answers: dict[str, Any] = json.loads(run(Path(probe.__file__), installed, tmp_path))
    assert {name for name in probe.USES if not answers[name]} == {"core", extra} - {""}
    for closed in set(EXTRAS) - {extra}:
        assert "needs " in answers[closed]
        assert f": pip install 'loopjobs[{closed}]'" in answers[closed]


def test_every_extra_that_is_tested_exists(distribution: Distribution) -> None:
    """A renamed one would be told to users by its old name."""
    assert set(EXTRAS) <= set(distribution.extras)
