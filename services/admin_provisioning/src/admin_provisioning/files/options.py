"""Where uploaded files are kept."""

from pathlib import Path

from loopjobs import Options


class FilesOptions(Options):
    """The settings section `Files`."""

    directory: Path = Path("var/bulk_files")
    """Created if it is not there."""
