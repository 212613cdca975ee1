"""Is a section one that a loop job takes?"""

from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from loopjobs import LoopJobOptions
from loopjobs.migration._facts import Value

_OF_THE_CALENDAR: Final = ("Cron", "TimeZone")
_ANY_INTERVAL: Final = 86_400.0


def refusals_of(settings: Mapping[str, Value]) -> list[str]:
    """Return why `LoopJobOptions` would not take these values; nothing if it does.

    Times of the calendar have been translated, and are right.
    """
    given = {key: value for key, value in settings.items() if key not in _OF_THE_CALENDAR}
    try:
        LoopJobOptions.model_validate({"IntervalInSeconds": _ANY_INTERVAL, **given})
    except ValidationError as error:
        return [
            f"{problem['loc'][0]} would be {given.get(str(problem['loc'][0]))}: {problem['msg']}."
            for problem in error.errors(include_url=False)
        ]
    return []
