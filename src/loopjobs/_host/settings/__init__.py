"""Settings: files, environment and code, read into a snapshot and bound to options classes."""

from loopjobs._host.settings.binding import Bound
from loopjobs._host.settings.sources import Settings, SettingsSources

__all__ = ["Bound", "Settings", "SettingsSources"]
