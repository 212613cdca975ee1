"""The page that shows and steers the jobs of a service, for whoever has the scopes."""

from servicekit.jobs_page.authorization import TokenAuthorization
from servicekit.jobs_page.mount import FORMS, PREFIX, add_jobs_page
from servicekit.jobs_page.provider import JobsPageProvider
from servicekit.jobs_page.refusals import refusal_of, unavailable
from servicekit.jobs_page.visitors import visitor_of

__all__ = [
    "FORMS",
    "PREFIX",
    "JobsPageProvider",
    "TokenAuthorization",
    "add_jobs_page",
    "refusal_of",
    "unavailable",
    "visitor_of",
]
