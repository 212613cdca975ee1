"""Problem details (RFC 9457): the one shape of every refusal, which never repeats the input."""

from servicekit.problems.answers import answers
from servicekit.problems.handlers import refuse
from servicekit.problems.problem import InvalidField, Problem, ProblemError, respond
from servicekit.problems.web_application import ProblemApi

__all__ = [
    "InvalidField",
    "Problem",
    "ProblemApi",
    "ProblemError",
    "answers",
    "refuse",
    "respond",
]
