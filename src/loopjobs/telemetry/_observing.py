"""Answers for instruments that are read on collection, and has the same shown on a page."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from loopjobs.telemetry._families import Answer, Family, Kind, Page, Row


class Observing:
    """Creates the instruments of families.

    Args:
        meter: Where they come from.
        page: Where the families are shown as well, if anywhere. An instrument gives it no answer:
            there are many series of jobs, and OpenTelemetry makes several objects of each.
    """

    def __init__(self, meter: Meter, page: Page | None) -> None:
        self._meter = meter
        self._page = page

    def observe(self, families: Sequence[Family], read: Callable[[], Answer]) -> None:
        """Create an instrument for each of these families.

        Args:
            families: What is read together, in that order.
            read: Returns all of them as they are at this moment.
        """
        if self._page is not None:
            self._page.show(read)
        seen = _Seen(read)
        creators = {
            Kind.COUNTER: self._meter.create_observable_counter,
            Kind.UP_DOWN_COUNTER: self._meter.create_observable_up_down_counter,
            Kind.GAUGE: self._meter.create_observable_gauge,
        }
        for family in families:
            answer = self._answering(family, seen, is_first=family is families[0])
            creators[family.kind](family.name, [answer], family.unit, family.description)

    def _answering(
        self, family: Family, seen: "_Seen", *, is_first: bool
    ) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def answer(_: CallbackOptions) -> Iterable[Observation]:
            if self._page is not None and self._page.is_being_written:
                return ()
            return list(_observations(family, seen.rows(family, anew=is_first)))

        return answer


class _Seen:
    """Families as they are in one collection.

    To ask a job how it is costs more than to tell it on, and there are many instruments: the first
    of them asks, and the others tell what it was answered.
    """

    def __init__(self, read: Callable[[], Answer]) -> None:
        self._read = read
        self._answer: dict[Family, Iterable[Row]] = {}

    def rows(self, family: Family, *, anew: bool) -> Iterable[Row]:
        if anew:
            self._answer = dict(self._read())
        return self._answer.pop(family, ())


def _observations(family: Family, rows: Iterable[Row]) -> Iterator[Observation]:
    for labels, values in rows:
        own = dict(zip(family.labels, labels, strict=True))
        for cell, value in zip(family.cells, values, strict=True):
            yield Observation(value, {**own, **cell})
