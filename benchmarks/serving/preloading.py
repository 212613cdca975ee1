"""Imports once what every process of a benchmark needs: it takes longer than many a measurement."""

import multiprocessing
import os
from pathlib import Path
from typing import Final

_BENCHMARKS: Final = str(Path(__file__).parents[1])
_VARIABLE: Final = "PYTHONPATH"


def preload(*modules: str) -> None:
    """Import these in the process that others are forked from; called before any is started."""
    # It finds modules by the variable alone: what Python says about the path does not reach it.
    known = os.environ.get(_VARIABLE, "").split(os.pathsep)
    if _BENCHMARKS not in known:
        os.environ[_VARIABLE] = os.pathsep.join(filter(None, [_BENCHMARKS, *known]))
    multiprocessing.get_context("forkserver").set_forkserver_preload([*modules])
