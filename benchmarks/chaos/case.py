"""What is done of the catalogue: faults and controls, each so often, in one store."""

from collections.abc import Iterator
from dataclasses import dataclass

from chaos.catalogue import CATALOGUE
from chaos.fault import Fault, Run, scaled


@dataclass(frozen=True, slots=True)
class Case:
    """A fault, or its control."""

    engine: str
    fault: str
    title: str
    run: Run
    times: int
    is_quick: bool
    needs_own_store: bool


def cases(engine: str, *, scale: float | None) -> list[Case]:
    """Return what is to be done in a store, in the order of the catalogue.

    Args:
        engine: Its name.
        scale: The share of the repetitions; `None` for the few of a test.
    """
    chosen = (
        fault
        for fault in CATALOGUE
        if (fault.is_for_all or engine in fault.engines) and (scale is not None or fault.quick)
    )
    return [case for fault in chosen for case in _cases(engine, fault, scale)]


def _cases(engine: str, fault: Fault, scale: float | None) -> Iterator[Case]:
    is_quick = scale is None
    times = fault.quick if scale is None else scaled(fault.repetitions, scale)
    yield Case(engine, fault.name, fault.name, fault.run, times, is_quick, fault.needs_own_store)
    control = fault.control
    title = f"{fault.name} without {control.left_out}"
    times = control.quick if scale is None else scaled(control.repetitions, scale)
    yield Case(engine, fault.name, title, control.run, times, is_quick, fault.needs_own_store)
