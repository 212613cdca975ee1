"""What may come in: guards against hostile or broken requests."""

from servicekit.requests.cursors import from_cursor, to_cursor
from servicekit.requests.forms import Forms
from servicekit.requests.guard import MAX_BODY_BYTES, RequestGuard
from servicekit.requests.limits import media_type
from servicekit.requests.payload import Payload
from servicekit.requests.strict_json import StrictJsonError, check_json
from servicekit.requests.uploads import Upload

__all__ = [
    "MAX_BODY_BYTES",
    "Forms",
    "Payload",
    "RequestGuard",
    "StrictJsonError",
    "Upload",
    "check_json",
    "from_cursor",
    "media_type",
    "to_cursor",
]
