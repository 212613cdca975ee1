"""What sections have in common is there once: options that are equal, and where they came from."""

from enum import Enum
from functools import cache
from types import FunctionType, NoneType
from typing import Final, TypeVar, cast

from annotated_types import BaseMetadata, Predicate
from pydantic.fields import FieldInfo

from loopjobs._host.settings.keys import arms
from loopjobs._host.settings.tree import Branch, Child, Leaf, Node
from loopjobs._words.options import LoopJobOptions, Options

OptionsT = TypeVar("OptionsT", bound=Options)

_SIMPLE: Final = (bool, int, float, str, NoneType)


class Sharing:
    """Makes the options of one reading, of equal ones only one object where nobody can tell.

    Thousands of jobs may well have equal sections, and options are the largest part of a loop that
    waits.
    """

    def __init__(self) -> None:
        self._bound: dict[object, Options] = {}
        self._equal: dict[object, Options] = {}
        self._origins: dict[object, Branch] = {}
        self._leaves: dict[str, Leaf] = {}

    def options(self, options_type: type[OptionsT], plain: object) -> OptionsT:
        """Validate what was given, unless the same was given before.

        Raises:
            ValidationError: it breaks a rule.
        """
        if not (isinstance(plain, dict) and _is_predictable(options_type)):
            return self._one_of_equal(options_type.model_validate(plain))
        # True is equal to 1, and not the same.
        given = (options_type, *plain.items(), *map(type, plain.values()))
        try:
            known = self._bound.get(given)
        except TypeError:
            return self._one_of_equal(options_type.model_validate(plain))
        if known is None:
            known = self._bound[given] = self._one_of_equal(options_type.model_validate(plain))
        return cast("OptionsT", known)

    def origin(self, branch: Branch) -> Branch:
        """Return a section without its values: what is left tells where each came from."""
        below = [self._below(child.node) for child in branch.children.values()]
        key = (branch.source, branch.is_list, *branch.children, *map(id, below))
        known = self._origins.get(key)
        if known is None:
            children = {
                folded: Child(child.name, node)
                for (folded, child), node in zip(branch.children.items(), below, strict=True)
            }
            known = self._origins[key] = Branch(children, branch.source, branch.is_list)
        return known

    def _below(self, node: Node) -> Node:
        if isinstance(node, Branch):
            return self.origin(node)
        known = self._leaves.get(node.source)
        if known is None:
            known = self._leaves[node.source] = Leaf(None, node.source)
        return known

    def _one_of_equal(self, options: OptionsT) -> OptionsT:
        if options.__private_attributes__:
            return options
        kinds = tuple(map(type, vars(options).values()))
        try:
            return cast("OptionsT", self._equal.setdefault((options, kinds), options))
        except TypeError:
            # Something in them can be changed.
            return options


@cache
def _is_predictable(options_type: type[Options]) -> bool:
    """Whether equal values are sure to make equal options: no code of its author has a say."""
    ours = LoopJobOptions if issubclass(options_type, LoopJobOptions) else Options
    theirs = [kind for kind in options_type.__mro__ if kind not in ours.__mro__]
    return all(map(_is_simple, options_type.model_fields.values())) and not any(
        isinstance(member, FunctionType | classmethod | staticmethod)
        for kind in theirs
        for name, member in vars(kind).items()
        # pydantic gives one to each frozen class.
        if name != "__hash__"
    )


def _is_simple(field: FieldInfo) -> bool:
    kinds = [arm for arm in arms(field.annotation) if arm not in _SIMPLE]
    return (
        field.default_factory is None
        and all(isinstance(kind, type) and issubclass(kind, Enum) for kind in kinds)
        and all(isinstance(rule, BaseMetadata) for rule in field.metadata)
        and not any(isinstance(rule, Predicate) for rule in field.metadata)
    )
