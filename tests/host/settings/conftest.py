"""Settings are read from an empty directory, and from an environment that names no other."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty directory the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LOOPJOBS_ENVIRONMENT", raising=False)
    return tmp_path


@pytest.fixture
def write(directory: Path) -> Write:
    """Write a settings file: text as it is, bytes as they are, anything else as JSON."""

    def write(content: object, name: str = "appsettings.json") -> Path:
        path = directory / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_text(text, encoding="utf-8")
        return path

    return write
