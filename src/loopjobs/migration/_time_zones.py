"""Time zones by the names of Windows, which .NET takes, and by those of the IANA database."""

from typing import Final
from zoneinfo import ZoneInfo

from loopjobs._extras import what_is_missing
from loopjobs.migration._errors import MigrationError

_UTC: Final = frozenset({"etc/utc", "coordinated universal time"})
_RENAMED: Final = {
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Godthab": "America/Nuuk",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Europe/Kiev": "Europe/Kyiv",
}
"""Names that CLDR keeps as they first were; some systems have only the newer ones."""


def iana_zone(name: str) -> str | None:
    """Return the name in the IANA database; `None` if it is not known.

    For a zone of Windows it is the one that CLDR has for no country in particular.

    Raises:
        MigrationError: It may be a name of Windows, and what knows these is not installed.
    """
    stripped = name.strip()
    if stripped.casefold() in _UTC:
        return "UTC"
    return _key(stripped) or _key(_by_windows_names().get(stripped.casefold(), ""))


def _by_windows_names() -> dict[str, str]:
    if missing := what_is_missing("cli", "tzlocal"):
        raise MigrationError(f"the name of a time zone of Windows {missing}")
    # An extra: names of IANA do without it.
    from tzlocal.windows_tz import win_tz  # noqa: PLC0415

    # Whether it is cased is up to whoever wrote it down.
    return {windows.casefold(): _current(iana) for windows, iana in win_tz.items()}


def _current(iana: str) -> str:
    return "UTC" if iana == "Etc/UTC" else _RENAMED.get(iana, iana)


def _key(name: str) -> str | None:
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, LookupError):
        return None
