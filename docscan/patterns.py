"""Regular expressions that are compiled when they are first used.

A search defines eighty of them and uses half; to compile them all took a thirtieth of it.
"""

import re
from typing import Any, cast

__all__ = ["pattern"]


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`; what is wrong with the expression is told when it is first used."""
    return cast("re.Pattern[str]", _Later(text, flags))


class _Later:
    """A pattern whose methods are those of the compiled one, from when one of them is asked for."""

    def __init__(self, text: str, flags: int) -> None:
        self.pattern = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self.pattern, self._flags), name)
        self.__dict__[name] = found  # the next time it is not asked for here
        return found

    def __repr__(self) -> str:
        return f"pattern({self.pattern!r})"
