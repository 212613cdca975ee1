"""A page that shows and steers the jobs of a host, and the JSON API behind it."""

from loopjobs._extras import brought_by

with brought_by("web", __name__):
    from loopjobs.web._anyone import insecure_allow_anyone
    from loopjobs.web._application import JobsApp
    from loopjobs.web._creation import create_jobs_app
    from loopjobs.web._visitors import Authorization, SignIn, Visitor

__all__ = [
    "Authorization",
    "JobsApp",
    "SignIn",
    "Visitor",
    "create_jobs_app",
    "insecure_allow_anyone",
]
