"""Is a section one that a loop job takes?"""

from collections.abc import Mapping

from pydantic import ValidationError

from loopjobs import LoopJobOptions
from loopjobs._extras import what_is_missing
from loopjobs.migration._errors import MigrationError
from loopjobs.migration._facts import Value


def refusals_of(settings: Mapping[str, Value]) -> list[str]:
    """Return why `LoopJobOptions` would not take these values; nothing if it does.

    Raises:
        MigrationError: Times of the calendar cannot be tried, for what reads them is not installed.
    """
    if "Cron" in settings and (missing := what_is_missing("cron", "cronsim")):
        raise MigrationError(f"Cron {missing}")
    try:
        LoopJobOptions.model_validate(dict(settings))
    except ValidationError as error:
        return [
            f"{problem['loc'][0]} would be {settings.get(str(problem['loc'][0]))}: "
            f"{problem['msg']}."
            for problem in error.errors(include_url=False)
        ]
    return []
