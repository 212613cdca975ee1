"""Health: live, ready, how well each job is, and a watchdog for the event loop."""

from loopjobs.health._application import ASGIApplication, health_app
from loopjobs.health._checks import HealthChecks
from loopjobs.health._report import Blockage, HealthReport, HealthStatus, JobHealth, Probe
from loopjobs.health._rules import assess, patience
from loopjobs.health._watchdog import Watchdog
from loopjobs.health._watchdog_options import WatchdogOptions

__all__ = [
    "ASGIApplication",
    "Blockage",
    "HealthChecks",
    "HealthReport",
    "HealthStatus",
    "JobHealth",
    "Probe",
    "Watchdog",
    "WatchdogOptions",
    "assess",
    "health_app",
    "patience",
]
