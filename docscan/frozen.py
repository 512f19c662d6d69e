"""Frozen dataclasses that are quick to define: to make their methods took a tenth of a whole search.

`dataclasses` compiles six methods of every class, 0.3 ms each time, and a search
defines a hundred classes of which it uses half. Here classes share their
methods, but for `__init__`, which is compiled when more than a few objects are made.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

FEW = 4
"""Objects of a class before its `__init__` is compiled, which takes as long as making some thirty so."""

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(**options: bool) -> Callable[[type], type]:
        """As `dataclasses.dataclass`, which it is for classes that are not frozen, or have no slots.

        A field of a frozen class with slots may have a default, and be left out by `repr` or `compare`.
        """
        return _defined if options == {"frozen": True, "slots": True} else dataclasses.dataclass(**options)


def _defined(body: type) -> type:
    """The class with the fields that are annotated in a body, and what the body itself defines."""
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(body)
    fields = dataclasses.fields(made)
    names = tuple(field.name for field in fields)
    values = _reader(names)
    compared = _reader(tuple(field.name for field in fields if field.compare))

    def equal(self: object, other: object) -> bool:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: object) -> int:
        return hash(compared(self))

    def represented(self: object) -> str:
        shown = (f"{field.name}={getattr(self, field.name)!r}" for field in fields if field.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def state(self: object) -> tuple[object, ...]:
        return values(self)

    def restored(self: object, kept: Sequence[object]) -> None:
        for name, value in zip(names, kept, strict=True):
            object.__setattr__(self, name, value)

    methods = {
        "__init__": _beginning(made, fields), "__eq__": equal, "__hash__": hashed, "__repr__": represented,
        "__setattr__": _refused, "__delattr__": _refused, "__getstate__": state, "__setstate__": restored,
    }  # fmt: skip
    for name, method in methods.items():
        if name not in vars(body):
            setattr(made, name, method)
    return made  # type: ignore[no-any-return]  # it has slots, so it is another class than its body


def _reader(names: tuple[str, ...]) -> Callable[[object], tuple[object, ...]]:
    """What reads these attributes of an object."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)  # an `attrgetter` of one gives no tuple


def _refused(self: object, name: str, *_: object) -> None:  # noqa: ARG001 - a method
    raise dataclasses.FrozenInstanceError(f"cannot change {name!r}")


def _beginning(made: Any, fields: Sequence[Field[Any]]) -> Callable[..., None]:
    """The `__init__` of a class for its first objects."""
    left = FEW

    def initialised(self: Any, *args: Any, **kwargs: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0 or not _put(self, fields, args, kwargs):
            made.__init__ = _initialiser(made, fields)
            made.__init__(self, *args, **kwargs)

    return initialised


def _put(made: object, fields: Sequence[Field[Any]], args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Put each argument, or its default, into its slot; whether that could be done."""
    named = dict(zip((field.name for field in fields), args, strict=False))
    if len(args) > len(fields) or not named.keys().isdisjoint(kwargs):
        return False
    named.update(kwargs)
    for field in fields:
        value = named.pop(field.name, field.default)
        if value is MISSING:
            make: Any = field.default_factory
            if make is MISSING:
                return False
            value = make()
        object.__setattr__(made, field.name, value)
    return not named


def _initialiser(made: type, fields: Sequence[Field[Any]]) -> Callable[..., None]:
    """The `__init__` of a class: each argument, or its default, put into its slot."""
    known: dict[str, Any] = {"absent": MISSING}
    takes, puts = ["self"], []
    for number, field in enumerate(fields):
        name, value = field.name, field.name
        known[f"put{number}"] = getattr(made, name).__set__
        if field.default_factory is not MISSING:
            known[f"make{number}"] = field.default_factory
            value = f"make{number}() if {name} is absent else {name}"
        known[f"default{number}"] = MISSING if field.default is MISSING else field.default
        required = field.default is MISSING and field.default_factory is MISSING
        takes.append(name if required else f"{name}=default{number}")
        puts.append(f"put{number}(self, {value})")
    exec(f"def __init__({', '.join(takes)}):\n {'; '.join(puts) or 'pass'}", known)  # noqa: S102 - own fields
    known["__init__"].__qualname__ = f"{made.__qualname__}.__init__"
    found: Callable[..., None] = known["__init__"]
    return found
