"""What is drawn over on a terminal as long as something goes on."""

from loopjobs.cli._drawing.drawing import Drawing
from loopjobs.cli._drawing.screen import Screen

__all__ = ["Drawing", "Screen"]
