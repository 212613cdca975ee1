"""The benchmark goes through cases, rounds and systems, and says what it could not do."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from loops.campaign import Campaign, Step, steps_of
from loops.cases import CASES, case_named
from loops.command import main
from loops.environments import read_pins
from loops.order import Order
from loops.results import Result
from loops.systems import SYSTEMS, system_named
from measured import load_results


def test_systems_take_turns_in_each_round() -> None:
    """What the machine does meanwhile meets all, and what one leaves behind not always the same."""
    case, systems = case_named("one"), [system_named("bare"), system_named("loopjobs")]
    steps = [(step.round, step.system.name) for step in steps_of([case], systems, 2)]
    assert steps == [(0, "bare"), (0, "loopjobs"), (1, "loopjobs"), (1, "bare")]


def test_a_system_is_listed_after_the_one_it_is_compared_with() -> None:
    """The pair is measured in the same round, and the first rounds begin with the reference."""
    names = [system.name for system in SYSTEMS]
    assert all(names.index(each.against) <= names.index(each.name) for each in SYSTEMS)


def test_smaller_sizes_come_first() -> None:
    """Whoever falls behind is known before a larger one is tried."""
    for is_spread in (False, True):
        sizes = [each.jobs for each in CASES if each.is_a_size and each.is_spread is is_spread]
        assert sizes == sorted(sizes)


def test_every_environment_has_exact_pins() -> None:
    """Figures of another day are of the same code."""
    for environment in {system.environment for system in SYSTEMS} - {"project"}:
        requirements = read_pins(environment).requirements
        assert requirements
        assert all("==" in requirement for requirement in requirements)


def test_a_system_that_fell_behind_is_not_tried_with_more_jobs(tmp_path: Path) -> None:
    """The result says why."""
    campaign = Campaign(tmp_path, None)
    campaign.results.append(Result("burst-1000", "loopjobs", 0, 0.1, {"kept": 0.2}))
    result = campaign.take(Step(case_named("burst-10000"), system_named("loopjobs"), 0))
    assert result.failure == "fell behind with 1,000 jobs"


def test_a_system_that_cannot_wait_is_not_spread_out(tmp_path: Path) -> None:
    """The result says why."""
    step = Step(case_named("spread-1000"), system_named("taskiq"), 0)
    result = Campaign(tmp_path, None).take(step)
    assert result.failure == "cannot be told when to begin"


def test_an_environment_that_cannot_be_made_is_a_result(tmp_path: Path) -> None:
    """Each measurement in it fails with what was in the way."""
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    campaign = Campaign(in_the_way, None)
    why = campaign.prepare("tornado")
    assert why is not None
    assert why.startswith("could not be installed: ")
    assert campaign.take(Step(case_named("one"), system_named("tornado"), 0)).failure == why


def test_a_system_that_fails_is_a_result(tmp_path: Path) -> None:
    """With the last thing that its process said."""
    nobody = replace(system_named("bare"), adapter="by_hand:Nobody")
    result = Campaign(tmp_path, None).take(Step(case_named("burst-100"), nobody, 0))
    assert result.figures == {}
    assert "has no attribute 'Nobody'" in str(result.failure)


@pytest.mark.parametrize("rounds", ["0", "-1", "many"])
def test_rounds_are_counted_from_one(rounds: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Anything else is refused in words."""
    with pytest.raises(SystemExit) as refused:
        main(["--rounds", rounds])
    assert refused.value.code == 2
    assert f"a number of at least 1, not {rounds}" in capsys.readouterr().err


def test_an_order_is_handed_over_as_it_is() -> None:
    """Written and read again."""
    order = Order("ticks", "a:B", 3, 0.5, is_spread=True, seconds=1.5)
    assert Order.from_json(order.to_json()) == order


@pytest.mark.smoke
def test_the_benchmark_runs_from_end_to_end(tmp_path: Path) -> None:
    """Bare loop and loopjobs, for a fraction of a second: what is checked is the form."""
    output = tmp_path / "results.json"
    asked = ["--quick", "--system", "loopjobs", "--case", "burst-100", "import"]
    assert main([*asked, "--output", str(output)]) == 0
    assert json.loads(output.read_text(encoding="utf-8"))["is_quick"] is True
    results = load_results(output, Result).results
    assert [(each.case, each.system, each.failure) for each in results] == [
        ("burst-100", "bare", None),
        ("burst-100", "loopjobs", None),
        ("import", "bare", None),
        ("import", "loopjobs", None),
    ]
    lives = {"ready_s", "start_s", "stop_s", "bytes_per_job"}
    costs = {"ticks", "kept", "cpu_per_tick_s"}
    late = {"late_p50_s", "late_p99_s", "late_max_s"}
    for each in results[:2]:
        assert set(each.figures) == lives | costs | late
        assert all(math.isfinite(value) and value >= 0 for value in each.figures.values())
        assert each.figures["ticks"] > 0
    assert [set(each.figures) for each in results[2:]] == [{"import_s"}, {"import_s"}]
