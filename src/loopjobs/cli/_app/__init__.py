"""The application a command is about: how it is named, found, and built."""

from loopjobs.cli._app.building import AppArguments, build_host, load_builder

__all__ = ["AppArguments", "build_host", "load_builder"]
