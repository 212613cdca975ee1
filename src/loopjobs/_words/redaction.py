"""Takes secrets out of text that people and machines will read."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

MASK: Final = "***"

SECRET_NAMES: Final = (
    "password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "api_key",
    "access_key", "private_key", "account_key", "signing_key", "encryption_key",
    "connection_string",
)  # fmt: skip
"""What stands under a name that ends so is not for others."""


class _Rule(NamedTuple):
    """A pattern, and words without one of which it is not worth a search."""

    hints: tuple[str, ...]
    pattern: str
    """Compiled when it is first searched for: few programs ever do."""
    replacement: str | Callable[[re.Match[str]], str]


def _masked(found: re.Match[str]) -> str:
    """Keep the name, and the quotes if there are any: JSON stays JSON."""
    quote = _QUOTE.match(found["value"])
    mark = "" if quote is None else quote[0]
    return f"{found['name']}{mark}{MASK}{mark.removeprefix('b')}"


# Each pattern takes time in proportion to the text, whatever stands in it: no repetition is tried
# again from the middle of what it has already passed.
_QUOTE: Final = re.compile(r"""b?["']|\\["']""")
_QUOTED: Final = r"""b?"(?:[^"\\\n]|\\.)*+"?|b?'(?:[^'\\\n]|\\.)*+'?|\\"[^"\n]*+"?"""
_NAMES: Final = "|".join(name.replace("_", "[ _-]?") for name in SECRET_NAMES)
_HINTS: Final = (
    "passw", "passph", "pwd", "secret", "token", "credential", "key",
    # Most errors name a connection, and hardly one a connection string.
    "connectionstring", "connection string", "connection_string", "connection-string",
)  # fmt: skip
_AFTER_QUOTE: Final = r"""\\?["']\s{0,5}[:=,]\s{0,5}"""
_IS: Final = rf"(?:{_AFTER_QUOTE}|\s{{0,5}}=(?!=)\s{{0,5}}|(?<!token)\s{{0,5}}:\s{{0,5}})"
_WORD: Final = re.compile(r"\S+")
_RULES: Final = (
    _Rule(
        ("private key",),
        r"(?i)(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)[^-]*+",
        rf"\1{MASK}",
    ),
    _Rule(
        ("authorization", "cookie"),
        rf"(?i)(?P<name>(?:authorization|cookie){_IS})(?P<value>{_QUOTED}|[^\r\n]++)",
        _masked,
    ),
    _Rule(
        _HINTS,
        rf"""(?i)(?P<name>(?:{_NAMES}){_IS})(?P<value>{_QUOTED}|[^\s;&"'][^\s;&]*+)""",
        _masked,
    ),
    # Pydantic names the field on one line, and tells on the next one what was put in.
    _Rule(
        ("input_value=",),
        rf"(?i)((?:{_NAMES})\n[^\n]*?, input_value=)[^\n]*?(?=, input_type=|\n|\Z)",
        rf"\1{MASK}",
    ),
    # A parser says "unexpected token: ...", and what follows is short or has no digit.
    _Rule(
        ("token",),
        r"""(?i)(token\s{0,5}:\s{0,5}["']?)(?=[a-z_.~+/-]*+\d)[\w.~+/=-]{12,}+""",
        rf"\1{MASK}",
    ),
    _Rule(
        ("bearer",),
        r"(?i)\b(bearer\s{1,5})(?!(?:tokens?|auth\w*+)\b|realm=|error=)[\w.~+/=-]++",
        rf"\1{MASK}",
    ),
    _Rule(("eyj",), r"(?<![\w-])eyJ[\w-]++\.[\w-]++(?:\.[\w-]*+)?", MASK),
)


def redact(text: str) -> str:
    """Return the text with `***` for what looks like a secret in it.

    That is: user and password in a URL; what follows a name such as `password` or `api_key` and an
    equals sign or a colon; authorization headers, cookies, bearer tokens, JSON Web Tokens and
    private keys. It errs on the side of hiding.
    """
    if "://" in text:
        text = _WORD.sub(_without_user, text)
    folded = text.casefold()
    for rule in _RULES:
        if any(hint in folded for hint in rule.hints):
            text = re.sub(rule.pattern, rule.replacement, text)
    return text


def abridge(text: str, head: int, tail: int) -> str:
    """Return the text; of a longer one so many characters from its begin and from its end."""
    left_out = len(text) - head - tail
    if left_out <= 0:
        return text
    return f"{text[:head]}\n… {left_out} characters are left out …\n{text[len(text) - tail :]}"


def _without_user(word: re.Match[str]) -> str:
    """Hide what stands between `://` and the last `@`: a password may hold any character."""
    scheme, mark, rest = word[0].partition("://")
    user, at, place = rest.rpartition("@")
    if not mark or not at:
        return word[0]
    # Without a password, a slash says that the place came before: `https://example.org/@me`.
    if ":" not in user and set(user) & set("/?#"):
        return word[0]
    return f"{scheme}{mark}{MASK}{at}{place}"
