"""Takes the unseen text out of a scanned page that an earlier reading left there.

Such text is written in a mode that paints nothing, or painted and then covered
by the scan. What is covered cannot be told for certain from a page's
instructions (images let light through, clips cut them), so a page is drawn
with it and without, and keeps it when that makes a difference.
"""

import io
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pikepdf
import pypdfium2

from docscan.frozen import dataclass
from docscan.model import Image

INVISIBLE, CLIP = 3, 7  # text render modes (ISO 32000-1, 9.3.6)
SHOWS = frozenset(("Tj", "TJ", "'", '"'))  # operators that show text
MOVES = frozenset(("'", '"'))  # those of them that begin a line first
NEXT = frozenset(("Td", "TD", "T*"))  # begin a line and show nothing
SETS = frozenset(("cm", "BT", "Tm", "TL", "Tr"))
DEEPEST = 5  # forms within forms
SCALE = 1.0  # pixels to the point of the drawings compared: print of any size leaves a trace

Instruction = pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage
Content = pikepdf.Page | pikepdf.Stream
Unseen = Callable[[Sequence[Instruction], Container[str]], frozenset[int]]


@dataclass(frozen=True, slots=True)
class _State:
    """What decides whether and where text is seen.

    Attributes:
        mode: The render mode of text.
        leading: From a line of text to the next.
        place: Maps the current space to that of the content.
        line: Maps the space of the line of text to the current one.
    """

    mode: int = 0
    leading: float = 0.0
    place: pikepdf.Matrix = pikepdf.Matrix()
    line: pikepdf.Matrix = pikepdf.Matrix()

    @property
    def origin(self) -> tuple[float, float]:
        """Where the line of text begins, in the content's space."""
        return (self.line @ self.place).transform((0, 0))


def without_hidden_text(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """Remove text that paints nothing, or lies under an image, from a page and from the forms it draws.

    A page whose instructions cannot be parsed stays as it is.

    Args:
        document: It holds the page.
        page: Its content is replaced when there was anything to remove.
    """
    _replace(document, _stripped(page, _unpainted, b"Tr"))
    covered = _stripped(page, _covered, b"BT")
    if not covered:
        return
    before = _drawn(page)
    kept = [(content, _data(content)) for content, _ in covered]
    _replace(document, covered)
    after = _drawn(page)
    if before is None or after is None or not np.array_equal(before, after):
        _replace(document, kept)


def shows_text(page: pikepdf.Page) -> bool:
    """Whether a page, or a form it draws, may hold an operator that shows text; seen or unseen."""
    contents: tuple[Content, ...] = (page, *_forms(page.obj.get("/Resources"), DEEPEST))
    try:
        return any(sign.encode() in data for data in map(_data, contents) for sign in SHOWS)
    except pikepdf.PdfError:  # one that cannot be unpacked
        return True


def alone(page: pikepdf.Page) -> bytes:
    """A page as a document of its own."""
    data = io.BytesIO()
    with pikepdf.new() as single:
        single.pages.append(page)
        single.save(data, compress_streams=False)
    return data.getvalue()


def _replace(document: pikepdf.Pdf, contents: Sequence[tuple[Content, bytes]]) -> None:
    for content, data in contents:
        if isinstance(content, pikepdf.Page):
            content.obj.Contents = document.make_stream(data)
        else:
            content.write(data)


def _drawn(page: pikepdf.Page) -> Image | None:
    """What the page shows, grey; None when it cannot be drawn."""
    try:
        with pypdfium2.PdfDocument(alone(page)) as document:
            return np.array(document[0].render(scale=SCALE, grayscale=True).to_numpy(), dtype=np.uint8)
    except pypdfium2.PdfiumError:
        return None


def _stripped(page: pikepdf.Page, unseen: Unseen, sign: bytes) -> list[tuple[Content, bytes]]:
    """Those contents of a page that have unseen text, each without it; any such holds the sign."""
    found = list[tuple[Content, bytes]]()
    contents: tuple[Content, ...] = (page, *_forms(page.obj.get("/Resources"), DEEPEST))
    for content in contents:
        try:
            data = _without(content, unseen) if sign in _data(content) else None
        except (pikepdf.PdfError, TypeError, ValueError):  # the latter two for operands of another kind
            continue
        if data is not None:
            found.append((content, data))
    return found


def _forms(resources: pikepdf.Object | None, depth: int) -> Iterator[pikepdf.Stream]:
    drawn = resources.get("/XObject") if isinstance(resources, pikepdf.Dictionary) else None
    if depth == 0 or not isinstance(drawn, pikepdf.Dictionary):
        return
    for form in drawn.values():
        if isinstance(form, pikepdf.Stream) and form.get("/Subtype") == "/Form":
            yield form
            yield from _forms(form.get("/Resources"), depth - 1)


def _without(content: Content, unseen: Unseen) -> bytes | None:
    """The content without its unseen text; None when there is none."""
    parts = list(pikepdf.parse_content_stream(content))
    gone = unseen(parts, _images(content))
    return pikepdf.unparse_content_stream(list(_kept(parts, gone))) if gone else None


def _images(content: Content) -> frozenset[str]:
    """The names under which a content can paint images."""
    resources = content.resources if isinstance(content, pikepdf.Page) else content.get("/Resources")
    drawn = resources.get("/XObject") if isinstance(resources, pikepdf.Dictionary) else None
    if not isinstance(drawn, pikepdf.Dictionary):
        return frozenset()
    return frozenset(name for name, item in drawn.items() if item.get("/Subtype") == "/Image")


def _data(content: Content) -> bytes:
    """A content's bytes, unpacked."""
    if isinstance(content, pikepdf.Stream):
        return content.read_bytes()
    drawn = content.obj.get("/Contents", pikepdf.Array())
    return b"\n".join(part.read_bytes() for part in (drawn if isinstance(drawn, pikepdf.Array) else [drawn]))


def _kept(parts: Sequence[Instruction], gone: frozenset[int]) -> Iterator[Instruction]:
    for place, part in enumerate(parts):
        if place not in gone:
            yield part
        elif str(part.operator) in MOVES:
            yield pikepdf.ContentStreamInstruction([], pikepdf.Operator("T*"))


def _unpainted(parts: Sequence[Instruction], _images: Container[str]) -> frozenset[int]:
    """The places of text in render mode 3."""
    return frozenset(
        place for place, operator, state in _states(parts) if operator in SHOWS and state.mode == INVISIBLE
    )


def _covered(parts: Sequence[Instruction], images: Container[str]) -> frozenset[int]:
    """The places of text that only clips, and of text that begins where an image is painted later."""
    found, texts = set[int](), list[tuple[int, tuple[float, float]]]()
    for place, operator, state in _states(parts):
        if operator in SHOWS:
            texts.append((place, state.origin))
            if state.mode == CLIP:
                found.add(place)
        elif operator == "INLINE IMAGE" or (operator == "Do" and str(parts[place].operands[0]) in images):
            found.update(text for text, origin in texts if _within(origin, state.place))
    return frozenset(found)


def _within(point: tuple[float, float], image: pikepdf.Matrix) -> bool:
    """Whether an image lies over a point: it fills the unit square of its own space."""
    try:
        x, y = image.inverse().transform(point)
    except ValueError:  # it has no area
        return False
    return 0 <= x <= 1 and 0 <= y <= 1


def _states(parts: Sequence[Instruction]) -> Iterator[tuple[int, str, _State]]:
    """The place and the name of each instruction, and the state it is carried out in."""
    state, saved = _State(), list[_State]()
    for place, part in enumerate(parts):
        operator = str(part.operator)
        if operator == "q":
            saved.append(state)
        elif operator == "Q" and saved:
            state = saved.pop()
        elif operator in MOVES or operator in NEXT:
            state = _moved(state, operator, part)
        elif operator in SETS:
            state = _set(state, operator, part)
        yield place, operator, state


def _moved(state: _State, operator: str, part: Instruction) -> _State:
    """After an operator that begins another line of text."""
    x, y = 0.0, -state.leading
    if operator in ("Td", "TD"):
        x, y = _numbers(part)
    leading = -y if operator == "TD" else state.leading
    return replace(state, leading=leading, line=pikepdf.Matrix(1, 0, 0, 1, x, y) @ state.line)


def _set(state: _State, operator: str, part: Instruction) -> _State:
    values = _numbers(part)
    if operator == "cm":
        return replace(state, place=pikepdf.Matrix(*values) @ state.place)
    if operator == "TL":
        return replace(state, leading=values[0])
    if operator == "Tr":
        return replace(state, mode=int(values[0]))
    return replace(state, line=pikepdf.Matrix(*values))  # Tm; BT begins where the space does


def _numbers(part: Instruction) -> list[float]:
    return [float(value) for value in part.operands]
