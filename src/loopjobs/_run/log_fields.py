"""The fields that go with a log line."""

import logging
from collections.abc import Mapping


def extra_of(fields: Mapping[str, object]) -> dict[str, object]:
    """Return them one by one, and all together under `loopjobs`.

    A record of `logging` refuses fields that it has itself, and jobs choose the names of counters:
    such a one is found under `loopjobs` only.
    """
    return {**{k: v for k, v in fields.items() if k not in _RESERVED}, "loopjobs": fields}


_RESERVED = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "loopjobs"}
