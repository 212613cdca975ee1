"""Numbers in queries."""

import math
from http import HTTPStatus

from starlette.requests import Request

from loopjobs.web._refusal import RefusalError


def number_of(request: Request, name: str, default: float, most: float) -> float:
    """Return a parameter of the query, from 0 to `most`.

    Raises:
        RefusalError: 400; it is something else.
    """
    given = request.query_params.get(name)
    if given is None:
        return default
    try:
        value = float(given)
    except ValueError:
        value = math.nan
    if not 0 <= value <= most:
        detail = f"The parameter {name} has to be a number from 0 to {most:g}."
        raise RefusalError(HTTPStatus.BAD_REQUEST, detail)
    return value
