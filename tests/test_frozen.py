import copy
import dataclasses
import pickle
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.frozen import FEW, dataclass
from docscan.search.plan import Term


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet."""

    number: int
    title: str = "untitled"
    notes: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def shown(self) -> str:
        return f"{self.number} {self.title}"


@dataclass(frozen=True, slots=True)
class Lent(Paper):
    to: str = ""

    def __repr__(self) -> str:
        return f"lent to {self.to}"


@dataclass(frozen=True, slots=True)
class Nothing:
    """Without a field."""


@dataclass(frozen=True, slots=True)
class One:
    one: object


@dataclass(slots=True)
class Count:
    many: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Plain:
    number: int
    title: str = "untitled"


@dataclass(frozen=True, slots=True)
class Ours:
    number: int
    title: str = "untitled"


values = st.none() | st.integers(-3, 3) | st.text(max_size=2) | st.floats()


@given(st.lists(values, max_size=3), st.lists(values, max_size=3))
def test_a_class_does_as_the_standard_library_s(first: list[Any], second: list[Any]) -> None:
    def told(made: Any) -> object:
        try:
            one, other = made(*first), made(*second)
        except TypeError as error:
            return str(error).replace(made.__name__, "")
        return one == other, one != other, hash(one), repr(one).replace(made.__name__, "")

    assert told(Ours) == told(Plain)


@pytest.mark.parametrize(
    "words", [{}, {"title": "x"}, {"number": 1, "colour": 2}, {"number": 1, "title": "x"}]
)
def test_names_of_arguments_are_as_the_standard_library_s(words: dict[str, Any]) -> None:
    def told(made: Any) -> object:
        try:
            return dataclasses.astuple(made(**words))
        except TypeError as error:
            return str(error).replace(made.__name__, "")

    assert told(Ours) == told(Plain)


@given(st.lists(values, max_size=3), st.dictionaries(st.sampled_from(["number", "title", "colour"]), values))
def test_the_first_objects_of_a_class_are_made_as_the_later_ones(
    args: list[Any], words: dict[str, Any]
) -> None:
    @dataclass(frozen=True, slots=True)
    class Fresh:
        number: int
        title: str = "untitled"
        notes: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def told() -> object:
        try:
            return dataclasses.astuple(Fresh(*args, **words))
        except TypeError as error:
            return str(error)

    made = [repr(told()) for _ in range(FEW + 2)]
    assert made == [made[-1]] * len(made)
    assert Fresh(1, notes={"a": "b"}) == Fresh(1, "untitled", {"a": "b"})


def test_other_classes_are_never_equal() -> None:
    assert Ours(1) != Plain(1)
    assert Paper(1) != Lent(1)
    assert One(1) != 1


def test_nothing_can_be_changed_or_added() -> None:
    paper = Paper(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        paper.number = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del paper.title  # type: ignore[misc]
    with pytest.raises(AttributeError):
        paper.colour = "red"  # type: ignore[attr-defined]
    assert not hasattr(paper, "__dict__")
    assert paper == Paper(1)


def test_each_object_has_its_own_of_what_is_made_by_default() -> None:
    assert Paper(1).notes is not Paper(1).notes
    assert Paper(1, notes={"a": "b"}).notes == {"a": "b"}


def test_a_class_keeps_what_it_defines_itself_and_what_it_inherits() -> None:
    lent = Lent(7, "plan", to="Ana")
    assert repr(lent) == "lent to Ana"
    assert lent.shown == "7 plan"
    assert dataclasses.replace(lent, number=8).shown == "8 plan"
    assert dataclasses.asdict(lent) == {"number": 7, "title": "plan", "notes": {}, "to": "Ana"}


def test_a_field_may_be_neither_shown_nor_compared() -> None:
    @dataclass(frozen=True, slots=True)
    class Key:
        name: str
        seed: bytes = dataclasses.field(repr=False)
        used: int = dataclasses.field(default=0, compare=False)

    assert repr(Key("a", b"secret")).endswith("Key(name='a', used=0)")
    assert Key("a", b"x") != Key("a", b"y")
    assert Key("a", b"x", 1) == Key("a", b"x", 2)
    assert hash(Key("a", b"x", 1)) == hash(Key("a", b"x", 2))


def test_a_class_without_fields_has_one_value() -> None:
    assert Nothing() == Nothing()
    assert len({Nothing(), Nothing()}) == 1
    assert repr(Nothing()) == "Nothing()"


@pytest.mark.parametrize("one", [Paper(1, notes={"a": "b"}), Lent(1, to="Ana"), Nothing(), One((1, 2))])
def test_an_object_comes_back_from_a_copy_and_a_pickle(one: object) -> None:
    assert copy.copy(one) == one
    assert copy.deepcopy(one) == one
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own


def test_an_object_comes_back_in_a_process_that_made_none() -> None:
    told = (
        "import pickle, sys; found = pickle.load(sys.stdin.buffer); print(found, found == type(found)(*'ab'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", told],
        input=pickle.dumps(Term("a", "b")),
        capture_output=True,
        check=True,  # type: ignore[arg-type]
    )
    assert done.stdout == b"Term(where='a', term='b') True\n"


def test_what_is_not_frozen_is_the_standard_library_s() -> None:
    count = Count()
    count.many += 1
    assert count == Count(1)
    assert Count.__init__.__qualname__ == "Count.__init__"


def test_cases_are_matched_by_place() -> None:
    match Ours(3, "x"):
        case Ours(number, title):
            assert (number, title) == (3, "x")
