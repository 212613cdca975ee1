"""One measurement, taken by a process of its own."""

import json
import subprocess
from pathlib import Path
from typing import Final

from loops.environments import environment_variables
from loops.order import Figures, Order

_FOLDER: Final = Path(__file__).parents[1]


class MeasuringError(Exception):
    """There are no figures; says why."""


def take(order: Order, python: Path, patience: float) -> Figures:
    """Let a process of that interpreter do what the order says.

    Args:
        order: What to measure.
        python: The interpreter.
        patience: Seconds that it may take.

    Raises:
        MeasuringError: it took longer, or it failed.
    """
    command = [str(python), "-P", "-m", "loops.worker", order.to_json()]
    try:
        # An interpreter of our own making, and a module of ours.
        done = subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=patience,
            cwd=_FOLDER,
            env=environment_variables(),
        )
    except OSError as error:
        raise MeasuringError(f"cannot be started: {error}") from None
    except subprocess.TimeoutExpired:
        raise MeasuringError(f"not done within {patience:g} s") from None
    if done.returncode:
        raise MeasuringError((done.stderr.strip().splitlines() or ["no reason given"])[-1])
    figures: Figures = json.loads(done.stdout.strip().splitlines()[-1])
    return figures
