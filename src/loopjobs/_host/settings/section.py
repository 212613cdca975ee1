"""Finding a section in the settings, and what to say if it is not there."""

from dataclasses import dataclass

from loopjobs._host.settings.environment import variable_for
from loopjobs._host.settings.rendering import shown_node
from loopjobs._host.settings.secrecy import section_looks_secret
from loopjobs._host.settings.suggestion import nearest
from loopjobs._host.settings.tree import Array, Branch, Leaf, Node, source_of
from loopjobs._words.errors import Problem


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no such section: the first name on the way that is not there, and its siblings."""

    trail: tuple[str, ...]
    siblings: tuple[str, ...]

    def to_problem(self, section: str, required: list[str], home: str) -> Problem:
        """Say so, with the section that may have been meant."""
        *above, name = self.trail
        near = nearest(name, self.siblings, cutoff=0.7)
        meant = f"Did you mean '{':'.join([*above, near])}'? Otherwise add" if near else "Add"
        variable = variable_for(f"{section}:{required[0]}")
        remedy = f"{meant} '{section}' to {home}, or set environment variable {variable}."
        what = f"the section is missing, and {', '.join(required)} must be given"
        return Problem(section, what, remedy)


@dataclass(frozen=True, slots=True)
class Misshapen:
    """Something stands there that is no object."""

    trail: tuple[str, ...]
    node: Leaf | Array

    def to_problem(self) -> Problem:
        """Say so, with what stands there."""
        where = ":".join(self.trail)
        shown = shown_node(self.node, secret=section_looks_secret(where))
        what = f"a section must be an object, given {shown}"
        return Problem(where, what, "Write its keys between { and }.", source_of(self.node))


def find(tree: Branch, path: tuple[str, ...]) -> Branch | Absent | Misshapen:
    """Go down the path of a section, whatever its case."""
    node: Node = tree
    for depth, name in enumerate(path):
        if not isinstance(node, Branch):
            return Misshapen(path[:depth], node)
        child = node.children.get(name.casefold())
        if child is None:
            return Absent(path[: depth + 1], node.names())
        node = child.node
    return node if isinstance(node, Branch) else Misshapen(path, node)
