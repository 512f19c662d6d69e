"""Whole columns of a Whoosh segment, each read in one step: Whoosh itself reads value by value."""

from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.columns import NumericColumn, VarBytesColumn

Content = npt.NDArray[Any] | list[bytes]


def content(reader: Any) -> Content:
    """What a column has, by the documents' numbers; perhaps nothing for the last of them.

    Args:
        reader: Whoosh's, of a column of numbers or of bytes, in a file of `whoosh_storage`.

    Raises:
        EOFError: The file ends before.
        TypeError: It is a column of another kind.
    """
    if isinstance(reader, NumericColumn.Reader):
        data = reader._dbfile.get(reader._basepos, reader._count * reader._fixedlen)
        return np.frombuffer(data, dtype=f">{reader._typecode}")
    if isinstance(reader, VarBytesColumn.Reader):
        lengths = reader._lengths
        data = reader._dbfile.get(reader._basepos, sum(lengths))
        return [data[end - length : end] for length, end in zip(lengths, accumulate(lengths), strict=True)]
    raise TypeError(reader)
