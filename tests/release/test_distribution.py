"""What is in the distributions, and what they say of themselves."""

import tarfile
from pathlib import Path
from typing import Final

import pytest
from packaging.metadata import Metadata

import loopjobs

from .conftest import ROOT, Distribution, build

SOURCE: Final = ROOT / "src"
OF_A_CACHE: Final = "__pycache__"


@pytest.fixture(scope="module")
def metadata(distribution: Distribution) -> Metadata:
    return Metadata.from_email(distribution.metadata, validate=True)


def test_the_wheel_has_the_package_and_nothing_else(distribution: Distribution) -> None:
    """No tests, no strays, no caches; what is no code, such as templates, is there too."""
    inside = {name for name in distribution.members if ".dist-info/" not in name}
    sources = {path for path in (SOURCE / "loopjobs").rglob("*") if path.is_file()}
    packaged = {path for path in sources if OF_A_CACHE not in path.parts}
    assert inside == {str(path.relative_to(SOURCE)) for path in packaged}
    assert "loopjobs/py.typed" in inside
    assert {Path(name).suffix for name in inside} == {
        ".py",
        ".typed",
        ".html",
        ".css",
        ".js",
        ".svg",
    }


def test_the_sdist_builds_the_same_wheel(distribution: Distribution, tmp_path: Path) -> None:
    """To the byte, so that either can be checked against the other."""
    with tarfile.open(distribution.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    rebuilt = build(next(tmp_path.glob("loopjobs-*")), tmp_path, "wheel")
    assert rebuilt.name == distribution.wheel.name
    assert rebuilt.read_bytes() == distribution.wheel.read_bytes()


def test_the_sdist_is_the_source_of_the_library_alone(distribution: Distribution) -> None:
    """Services, tests and benchmarks are no part of it."""
    with tarfile.open(distribution.sdist) as archive:
        names = {Path(*Path(name).parts[1:]) for name in archive.getnames()}
    beside = {name.name for name in names if name.parts[0] != "src"}
    assert beside - {".gitignore"} == {
        *("CHANGELOG.md", "LICENSE", "README.md", "PKG-INFO", "pyproject.toml")
    }
    assert {name.parts[1] for name in names if name.parts[0] == "src"} == {"loopjobs"}


def test_the_version_is_in_one_place(metadata: Metadata) -> None:
    """The package, its metadata and what it says of itself agree."""
    assert str(metadata.version) == loopjobs.__version__


def test_the_license_is_named_by_its_identifier_and_enclosed(
    metadata: Metadata, distribution: Distribution
) -> None:
    """A list of materials takes it from the metadata, without guessing from a text."""
    assert metadata.license_expression == "MIT"
    assert metadata.license_files == ["LICENSE"]
    (text,) = (text for name, text in distribution.members.items() if name.endswith("LICENSE"))
    assert text == (ROOT / "LICENSE").read_bytes()


def test_the_metadata_is_complete(metadata: Metadata) -> None:
    """Whoever finds it on an index sees what it is, what it runs on and what it needs."""
    assert metadata.summary
    assert metadata.description
    assert metadata.description_content_type == "text/markdown"
    assert str(metadata.requires_python) == ">=3.11"
    core = [each.name for each in metadata.requires_dist or () if not each.marker]
    assert core == ["dishka", "pydantic"]
    assert {"apscheduler", "cli", "cron", "otel", "postgres", "redis", "web"} <= set(
        metadata.provides_extra or ()
    )
    assert "Typing :: Typed" in (metadata.classifiers or ())


def test_the_command_is_an_entry_point(distribution: Distribution) -> None:
    """`loopjobs` is on the path of whoever installs it."""
    (text,) = (text for name, text in distribution.members.items() if "entry_points" in name)
    assert text.decode().split() == ["[console_scripts]", "loopjobs", "=", "loopjobs.cli:main"]
