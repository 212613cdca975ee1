"""Settings: files, environment and code, read into a snapshot and bound to options classes."""

from loopjobs._host.settings.file_stamp import FileStamp
from loopjobs._host.settings.shown import show_section
from loopjobs._host.settings.snapshot import Bound, Settings
from loopjobs._host.settings.sources import SettingsSources

__all__ = ["Bound", "FileStamp", "Settings", "SettingsSources", "show_section"]
