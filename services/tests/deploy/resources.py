"""The Kubernetes resources and the images of the services, read from `deploy/`."""

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

DEPLOY: Final = Path(__file__).parents[3] / "deploy"
SERVICES: Final = ("login", "admin-provisioning")

Tree: TypeAlias = Mapping[str, Any]


def settings_name(environment_variable: str) -> bool:
    """Tell whether a variable is a setting, rather than one of Python or the shell."""
    return "__" in environment_variable


class Manifests:
    """The resources of one service."""

    def __init__(self, service: str) -> None:
        text = (DEPLOY / "kubernetes" / f"{service}.yaml").read_text(encoding="utf-8")
        self.all: Sequence[Tree] = list(yaml.safe_load_all(text))

    def of(self, kind: str) -> Tree:
        """Return the one resource of a kind."""
        (found,) = (each for each in self.all if each["kind"] == kind)
        return found

    @property
    def pod(self) -> Tree:
        """What a replica is."""
        spec: Tree = self.of("Deployment")["spec"]["template"]["spec"]
        return spec

    @property
    def container(self) -> Tree:
        """The one container of a replica."""
        (found,) = self.pod["containers"]
        container: Tree = found
        return container

    @property
    def settings_text(self) -> str:
        """What the service reads as `appsettings.json`."""
        text: str = self.of("ConfigMap")["data"]["appsettings.json"]
        return text

    @property
    def settings(self) -> Tree:
        """The same, read."""
        tree: Tree = json.loads(self.settings_text)
        return tree

    @property
    def secrets(self) -> list[str]:
        """The variables whose values come from a Secret."""
        return [each["name"] for each in self.container["env"] if "secretKeyRef" in str(each)]


class Image:
    """One target of the Containerfile: its instructions, from its base on."""

    def __init__(self, target: str) -> None:
        stages = _stages((DEPLOY / "containers" / "Containerfile").read_text(encoding="utf-8"))
        self.base = target
        self._instructions: list[tuple[str, str]] = []
        while self.base in stages:
            self.base, instructions = stages[self.base]
            self._instructions = [*instructions, *self._instructions]

    def last(self, keyword: str) -> str:
        """Return the arguments of the last instruction of a kind."""
        return [arguments for word, arguments in self._instructions if word == keyword][-1]

    @property
    def environment(self) -> dict[str, str]:
        """The variables that it sets."""
        texts = [arguments for word, arguments in self._instructions if word == "ENV"]
        pairs = [part.partition("=") for text in texts for part in shlex.split(text)]
        return {name: value for name, _, value in pairs}

    @property
    def health_command(self) -> list[str]:
        """The command that tells whether it is well."""
        command: list[str] = json.loads(self.last("HEALTHCHECK").partition("CMD ")[2])
        return command


def _stages(text: str) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """Return by name what each stage begins with, and its instructions."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    stages: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    instructions: list[tuple[str, str]] = []
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        keyword, _, arguments = line.strip().partition(" ")
        if keyword == "FROM":
            base, _, name = arguments.split()
            instructions = []
            stages[name] = (base, instructions)
        elif keyword:
            instructions.append((keyword, arguments.strip()))
    return stages
