"""What a Quartz cron expression means, moment by moment: slow, and written apart from the kit."""

import calendar
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

_DAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_MONTHS = {name.upper(): n for n, name in enumerate(calendar.month_abbr) if name}


def instants(expression: str, start: datetime) -> Iterator[datetime]:
    """Yield the moments from that one on, for two years."""
    second, minute, hour, *_ = fields = expression.upper().split()
    for offset in range(731):
        day = start.date() + timedelta(days=offset)
        if not _is_day(fields, day):
            continue
        for h in filter(lambda value: _fits(hour, value, 0, 23, {}), range(24)):
            for m in filter(lambda value: _fits(minute, value, 0, 59, {}), range(60)):
                for s in filter(lambda value: _fits(second, value, 0, 59, {}), range(60)):
                    moment = datetime.combine(day, time(h, m, s))
                    if moment >= start:
                        yield moment


def _is_day(fields: list[str], day: date) -> bool:
    _, _, _, of_month, month, of_week = fields[:6]
    if not _fits(month, day.month, 1, 12, _MONTHS):
        return False
    by_month, by_week = of_month not in {"*", "?"}, of_week not in {"*", "?"}
    if by_month and by_week:
        return _is_day_of_month(of_month, day) or _is_weekday(of_week, day)
    if by_month:
        return _is_day_of_month(of_month, day)
    return not by_week or _is_weekday(of_week, day)


def _is_day_of_month(field: str, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    for term in field.split(","):
        if term == "L":
            fits = day.day == last
        elif term == "LW":
            later = [day.replace(day=each) for each in range(day.day + 1, last + 1)]
            fits = day.weekday() < 5 and all(each.weekday() > 4 for each in later)
        else:
            fits = _fits(term, day.day, 1, 31, {})
        if fits:
            return True
    return False


def _is_weekday(field: str, day: date) -> bool:
    number = day.isoweekday() % 7 + 1
    if field == "L":
        return number == 7
    if field.endswith("L"):
        last = calendar.monthrange(day.year, day.month)[1]
        return _number(field[:-1], _DAYS) == number and day.day + 7 > last
    if "#" in field:
        name, nth = field.split("#")
        return _number(name, _DAYS) == number and (day.day - 1) // 7 + 1 == int(nth)
    return _fits(field, number, 1, 7, _DAYS)


def _fits(field: str, value: int, low: int, high: int, names: dict[str, int]) -> bool:
    return any(_term_fits(term, value, low, high, names) for term in field.split(","))


def _term_fits(term: str, value: int, low: int, high: int, names: dict[str, int]) -> bool:
    span, _, step = term.partition("/")
    if span in {"*", ""}:
        first, last = low, high
    elif "-" in span:
        first, last = (_number(each, names) for each in span.split("-"))
    else:
        first = _number(span, names)
        last = high if step else first
    walked, left = first, last - first if last >= first else last - first + high - low + 1
    while left >= 0:
        if walked == value:
            return True
        for _ in range(int(step or 1)):
            walked = low if walked == high else walked + 1
            left -= 1
    return False


def _number(text: str, names: dict[str, int]) -> int:
    return names[text] if text in names else int(text)
