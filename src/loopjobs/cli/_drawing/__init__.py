"""What is drawn over on a terminal as long as something goes on."""

from loopjobs.cli._drawing.drawing import Drawing
from loopjobs.cli._drawing.screen import Screen, written_above

__all__ = ["Drawing", "Screen", "written_above"]
