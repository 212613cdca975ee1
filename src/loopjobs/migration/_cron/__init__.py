"""Cron expressions of other schedulers, and what they are in the dialect of the option `Cron`."""

from loopjobs.migration._cron.apscheduler import translate_apscheduler_fields
from loopjobs.migration._cron.dialects import Dialect
from loopjobs.migration._cron.expression import translate_cron
from loopjobs.migration._cron.times import CronTimes
from loopjobs.migration._cron.values import UntranslatableCronError

__all__ = [
    "CronTimes",
    "Dialect",
    "UntranslatableCronError",
    "translate_apscheduler_fields",
    "translate_cron",
]
