"""A FastAPI application that answers every error with problem details, and says so."""

from typing import Any

from fastapi import FastAPI

from servicekit.problems.api_page import add_api_page
from servicekit.problems.handlers import install_problems
from servicekit.problems.problem import Problem

_REFERENCE = "#/components/schemas/{model}"


class ProblemApi(FastAPI):
    """FastAPI with problem details, in its answers as in its OpenAPI document.

    Args:
        title: the name of the API.
        version: its version.
    """

    def __init__(self, title: str, version: str) -> None:
        super().__init__(
            title=title, version=version, redirect_slashes=False, docs_url=None, redoc_url=None
        )
        install_problems(self)
        add_api_page(self)

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, with the schema that `answers(...)` refers to."""
        if self.openapi_schema is None:
            problem = Problem.model_json_schema(ref_template=_REFERENCE)
            document = super().openapi()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas |= problem.pop("$defs") | {Problem.__name__: problem}
        return super().openapi()
