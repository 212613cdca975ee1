"""What a pickle says, without believing it: opcodes are read, nothing is imported or called."""

import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

_LARGEST: Final = 1_000_000
_MOST_OPCODES: Final = 50_000


class UnreadablePickleError(ValueError):
    """It is broken, too large, or says something that is not understood here."""


@dataclass(slots=True)
class Inert:
    """What would have been an object: the name of what makes it, arguments and state."""

    name: str
    arguments: tuple[object, ...] = ()
    state: object = None

    @property
    def kind(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class _Name:
    """A class or a function, by name only."""

    text: str


class _Mark:
    pass


@dataclass(slots=True)
class _Machine:
    """The stack and the memory that opcodes work on."""

    stack: list[object] = field(default_factory=list)
    memory: dict[int, object] = field(default_factory=dict)

    def push(self, value: object) -> None:
        self.stack.append(value)

    def pop(self) -> object:
        if not self.stack:
            raise UnreadablePickleError("it takes more from its stack than there is")
        return self.stack.pop()

    def pop_to_mark(self) -> list[object]:
        taken: list[object] = []
        while not isinstance(value := self.pop(), _Mark):
            taken.append(value)
        return taken[::-1]


def read_pickle(content: bytes) -> object:
    """Return what stands in a pickle: plain values, and `Inert` for each object.

    Raises:
        UnreadablePickleError: It is broken, too large, or says something unknown.
    """
    if len(content) > _LARGEST:
        raise UnreadablePickleError("it is larger than a megabyte")
    try:
        return _run(content)
    except UnreadablePickleError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a broken pickle leads to
        raise UnreadablePickleError(f"it is broken: {type(error).__name__}") from None


def _run(content: bytes) -> object:
    machine = _Machine()
    for opcode, argument, _ in islice(pickletools.genops(content), _MOST_OPCODES):
        if opcode.name == "STOP":
            return machine.pop()
        _step(machine, opcode.name, argument)
    raise UnreadablePickleError("it is too long")


def _step(machine: _Machine, name: str, argument: object) -> None:
    if name in _IGNORED:
        return
    if name in _VALUES:
        machine.push(argument)
    elif name in _CONSTANTS:
        machine.push(_CONSTANTS[name]())
    elif name in _ACTIONS:
        _ACTIONS[name](machine, argument)
    else:
        raise UnreadablePickleError(f"it has the opcode {name}, which is not read here")


def _put(machine: _Machine, argument: object) -> None:
    index = len(machine.memory) if argument is None else int(str(argument))
    machine.memory[index] = machine.stack[-1]


def _get(machine: _Machine, argument: object) -> None:
    machine.push(machine.memory[int(str(argument))])


def _tuple_of(count: int) -> Callable[[_Machine, object], None]:
    def take(machine: _Machine, _: object) -> None:
        machine.push(tuple([machine.pop() for _ in range(count)][::-1]))

    return take


def _marked_tuple(machine: _Machine, _: object) -> None:
    machine.push(tuple(machine.pop_to_mark()))


def _append(machine: _Machine, _: object) -> None:
    value = machine.pop()
    _list(machine.stack[-1]).append(value)


def _appends(machine: _Machine, _: object) -> None:
    values = machine.pop_to_mark()
    _list(machine.stack[-1]).extend(values)


def _set_item(machine: _Machine, _: object) -> None:
    value, key = machine.pop(), machine.pop()
    _set(machine.stack[-1], [key, value])


def _set_items(machine: _Machine, _: object) -> None:
    pairs = machine.pop_to_mark()
    _set(machine.stack[-1], pairs)


def _set(target: object, pairs: list[object]) -> None:
    if not isinstance(target, dict):
        raise UnreadablePickleError("it puts items into what is no dict")
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        if not isinstance(key, str | int | float | bool | None):
            raise UnreadablePickleError("a dict in it has keys that are no plain values")
        target[key] = value


def _list(target: object) -> list[object]:
    if not isinstance(target, list):
        raise UnreadablePickleError("it appends to what is no list")
    return target


def _global(machine: _Machine, argument: object) -> None:
    machine.push(_Name(str(argument).replace(" ", ".")))


def _stack_global(machine: _Machine, _: object) -> None:
    name, module = machine.pop(), machine.pop()
    machine.push(_Name(f"{module}.{name}"))


def _reduce(machine: _Machine, _: object) -> None:
    arguments, maker = machine.pop(), machine.pop()
    machine.push(_made(maker, arguments))


def _new_with_keywords(machine: _Machine, _: object) -> None:
    machine.pop()
    _reduce(machine, None)


def _build(machine: _Machine, _: object) -> None:
    state = machine.pop()
    target = machine.stack[-1]
    if not isinstance(target, Inert):
        raise UnreadablePickleError("it gives a state to what is no object")
    target.state = state


def _made(maker: object, arguments: object) -> Inert:
    given = arguments if isinstance(arguments, tuple) else (arguments,)
    match maker, given:
        case _Name(text=getter), (_Name(text=owner), str(name)) if getter in _GETS:
            return Inert(f"{owner}.{name}")
        case _Name(text="copyreg._reconstructor" | "copy_reg._reconstructor"), (
            _Name(text=kind),
            *_,
        ):
            return Inert(kind)
        case _Name(text=kind), _:
            return Inert(kind, given)
        case Inert(name=kind), _:
            return Inert(kind, given)
        case _:
            raise UnreadablePickleError("it makes an object of what is no class")


_GETS: Final = frozenset({"builtins.getattr", "__builtin__.getattr"})
_REBUILDS: Final = frozenset({"copyreg._reconstructor", "copy_reg._reconstructor"})
_IGNORED: Final = frozenset({"PROTO", "FRAME"})
_VALUES: Final = frozenset({
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT",
    "STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE",
    "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8",
})  # fmt: skip
_CONSTANTS: Final[Mapping[str, Callable[[], object]]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "MARK": _Mark,
}
_ACTIONS: Final[Mapping[str, Callable[[_Machine, object], None]]] = {
    "PUT": _put,
    "BINPUT": _put,
    "LONG_BINPUT": _put,
    "MEMOIZE": _put,
    "GET": _get,
    "BINGET": _get,
    "LONG_BINGET": _get,
    "TUPLE": _marked_tuple,
    "TUPLE1": _tuple_of(1),
    "TUPLE2": _tuple_of(2),
    "TUPLE3": _tuple_of(3),
    "APPEND": _append,
    "APPENDS": _appends,
    "SETITEM": _set_item,
    "SETITEMS": _set_items,
    "GLOBAL": _global,
    "STACK_GLOBAL": _stack_global,
    "REDUCE": _reduce,
    "NEWOBJ": _reduce,
    "NEWOBJ_EX": _new_with_keywords,
    "BUILD": _build,
}
