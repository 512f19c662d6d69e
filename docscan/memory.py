"""Memory for a library that fills much of it at once, in a process that soon ends.

The kernel gives memory in pages of 4 KiB, each when it is first touched. Of the start of
the Polish dictionary, 34 MB in small pieces, that is a fifth; in pages of 2 MiB it is a fiftieth.
"""

import contextlib
import sys

_TOP_PAD = -2  # M_TOP_PAD of mallopt(3), in glibc's malloc.h
_HUGE = 14  # MADV_HUGEPAGE of madvise(2), in Linux's mman-common.h
_PAGE = 2 << 20  # bytes
_STEP = 64 << 10  # bytes that are taken from the heap and not mapped by themselves, by mallopt(3)
_STEPS = 8  # until the heap has to grow, as it does by 132 KiB otherwise


def reserve(size: int) -> None:
    """Let the heap grow by so many bytes, in large pages where the kernel has them.

    From then on the C library no longer adapts its thresholds to the program, and gives a large
    array back as soon as it is free: for a command that answers and ends, not for one that reads
    images. Nothing is done elsewhere than with Linux and glibc.
    """
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - few need it

    library = ctypes.CDLL(None)
    with contextlib.suppress(AttributeError):  # another C library
        library.sbrk.restype = library.malloc.restype = ctypes.c_void_p
        start = library.sbrk(0)
        library.mallopt(_TOP_PAD, size)
        taken = [library.malloc(_STEP)]
        while library.sbrk(0) == start and len(taken) < _STEPS:
            taken.append(library.malloc(_STEP))
        first, last = -(-start // _PAGE) * _PAGE, library.sbrk(0) // _PAGE * _PAGE
        if first < last:
            library.madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), _HUGE)
        for one in taken:
            library.free(ctypes.c_void_p(one))
