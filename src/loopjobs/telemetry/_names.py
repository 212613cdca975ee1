"""The names of attributes: of measurements, where they become labels, and of spans."""

from typing import Final

SCOPE: Final = "loopjobs"
"""The instrumentation scope of everything here."""

JOB: Final = "job.name"
"""In Prometheus `job_name`: its own label `job` is about what is scraped."""
OUTCOME: Final = "outcome"
TRIGGER: Final = "trigger"
STATUS: Final = "status"
COUNTER: Final = "counter"

BY_SCHEDULE: Final = "schedule"
BY_HAND: Final = "hand"

SPAN_JOB: Final = "loopjobs.job.name"
SPAN_TRIGGER: Final = "loopjobs.run.trigger"
SPAN_RUN_ID: Final = "loopjobs.run.id"
SPAN_ATTEMPT: Final = "loopjobs.run.attempt"
SPAN_SLOT: Final = "loopjobs.run.slot"
SPAN_DUE: Final = "loopjobs.run.due_at"
SPAN_LATENESS: Final = "loopjobs.run.lateness"
SPAN_FENCING_TOKEN: Final = "loopjobs.run.fencing_token"  # noqa: S105 - a number that is no secret
SPAN_OUTCOME: Final = "loopjobs.run.outcome"
SPAN_REPORTED: Final = "loopjobs.run.reported"
"""Followed by a dot and the name of the counter."""
