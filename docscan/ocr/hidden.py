"""Takes the unseen text out of a scanned page that an earlier reading left there."""

from collections.abc import Iterator, Sequence

import pikepdf

INVISIBLE = 3  # text render mode (ISO 32000-1, 9.3.6)
SHOWS = frozenset(("Tj", "TJ", "'", '"'))  # operators that show text
MOVES = frozenset(("'", '"'))  # those of them that begin a line first
DEEPEST = 5  # forms within forms

Instruction = pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage


def without_hidden_text(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """Remove text in render mode 3 from a page and from the forms it draws.

    A page whose instructions cannot be parsed stays as it is, and so does one
    that never sets a render mode.

    Args:
        document: It holds the page.
        page: Its content is replaced when there was anything to remove.
    """
    try:
        content = _stripped(page)
    except pikepdf.PdfError:
        return
    if content is not None:
        page.obj.Contents = document.make_stream(content)
    _strip_forms(page.obj.get("/Resources"), DEEPEST)


def _strip_forms(resources: pikepdf.Object | None, depth: int) -> None:
    if depth == 0 or not isinstance(resources, pikepdf.Dictionary):
        return
    drawn = resources.get("/XObject")
    if not isinstance(drawn, pikepdf.Dictionary):
        return
    for form in drawn.values():
        if isinstance(form, pikepdf.Stream) and form.get("/Subtype") == "/Form":
            try:
                content = _stripped(form)
            except pikepdf.PdfError:
                continue
            if content is not None:
                form.write(content)
            _strip_forms(form.get("/Resources"), depth - 1)


def _stripped(content: pikepdf.Page | pikepdf.Object) -> bytes | None:
    """The content without unseen text; None when there was none."""
    if b"Tr" not in _data(content):
        return None
    before = list(pikepdf.parse_content_stream(content))
    after = list(_visible(before))
    return pikepdf.unparse_content_stream(after) if after != before else None


def _data(content: pikepdf.Page | pikepdf.Object) -> bytes:
    """A content's bytes, unpacked."""
    if isinstance(content, pikepdf.Stream):
        return content.read_bytes()
    drawn = content.get("/Contents", pikepdf.Array())
    return b"\n".join(part.read_bytes() for part in (drawn if isinstance(drawn, pikepdf.Array) else [drawn]))


def _visible(instructions: Sequence[Instruction]) -> Iterator[Instruction]:
    mode, saved = 0, list[int]()
    for instruction in instructions:
        operands, operator = instruction.operands, str(instruction.operator)
        if operator == "q":
            saved.append(mode)
        elif operator == "Q" and saved:
            mode = saved.pop()
        elif operator == "Tr" and operands:
            mode = int(operands[0])
        if operator not in SHOWS or mode != INVISIBLE:
            yield instruction
        elif operator in MOVES:
            yield pikepdf.ContentStreamInstruction([], pikepdf.Operator("T*"))
