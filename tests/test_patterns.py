import importlib
import pkgutil
import re

import pytest

import docscan
from docscan.patterns import _Later, pattern

MODULES = sorted(one.name for one in pkgutil.walk_packages(docscan.__path__, "docscan."))


def test_a_pattern_does_what_a_compiled_one_does() -> None:
    later, now = pattern(r"(\w)b+", re.IGNORECASE), re.compile(r"(\w)b+", re.IGNORECASE)
    for text in ("", "ab", "xABBb", "a\nb"):
        assert later.findall(text) == now.findall(text)
        assert (later.search(text) is None) == (now.search(text) is None)
        assert later.sub(r"<\1>", text) == now.sub(r"<\1>", text)
    assert (later.pattern, later.flags, later.groups) == (now.pattern, now.flags, now.groups)
    assert later.search == later.search  # the same one, kept


def test_an_expression_that_is_none_is_told_when_it_is_used() -> None:
    wrong = pattern("(")
    with pytest.raises(re.error):
        wrong.search("")


def test_every_pattern_of_every_module_can_be_compiled() -> None:
    every = [
        one
        for name in MODULES
        if not name.startswith(("docscan.auditor", "docscan.__main__"))
        for one in vars(importlib.import_module(name)).values()
        if isinstance(one, _Later)
    ]
    assert len(every) > 50
    for one in every:
        re.compile(one.pattern, one._flags)
