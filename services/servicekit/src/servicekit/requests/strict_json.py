"""JSON as two honest programs exchange it."""

import json
import math
from collections.abc import Iterable
from typing import Final, TypeAlias

MAX_DEPTH: Final = 32
MOST_KEYS: Final = 100
"""Of one object; no request of ours has nearly as many, and each unknown one makes an answer."""
_INT64: Final = range(-(2**63), 2**63)
_INT64_DIGITS: Final = 20

Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | bool | None"


class StrictJsonError(ValueError):
    """The text is no JSON, or JSON that parsers disagree about; never repeats the text."""


def check_json(body: bytes) -> None:
    """Refuse what a lenient parser would let through and something behind it would trip over.

    Raises:
        StrictJsonError: not UTF-8, not JSON, a key given twice, too many keys, nested too deeply,
            a number that fits neither int64 nor a double, or text with NUL or half a surrogate
            pair.
    """
    try:
        value: Json = json.loads(
            body.decode(),
            object_pairs_hook=_unique_keys,
            parse_int=_int64,
            parse_float=_finite,
            parse_constant=_refuse_constant,
        )
        _check(value, depth=1)
    except StrictJsonError:
        raise
    except UnicodeDecodeError:
        raise StrictJsonError("the body is not UTF-8") from None
    except RecursionError:
        raise StrictJsonError(_TOO_DEEP) from None
    except ValueError:
        raise StrictJsonError("the body is not JSON") from None


_TOO_DEEP: Final = f"the body is nested more than {MAX_DEPTH} levels deep"


def _unique_keys(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    if len(pairs) > MOST_KEYS:
        raise StrictJsonError(f"an object has more than {MOST_KEYS} keys")
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise StrictJsonError("a key is given twice in one object")
    return unique


def _int64(digits: str) -> int:
    # Asked first: converting very long numbers is what an attacker would like us to do.
    if len(digits) > _INT64_DIGITS or int(digits) not in _INT64:
        raise StrictJsonError("a number is outside of int64")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise StrictJsonError("a number is too large")
    return number


def _refuse_constant(_: str) -> float:
    raise StrictJsonError("NaN and Infinity are not JSON")


def _check(value: Json, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for key in value:
            _check_text(key)
        _check_all(value.values(), depth)
    elif isinstance(value, list):
        _check_all(value, depth)


def _check_all(values: Iterable[Json], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise StrictJsonError(_TOO_DEEP)
    for value in values:
        _check(value, depth + 1)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise StrictJsonError("text must not contain NUL")
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise StrictJsonError("text must not contain half a surrogate pair")
