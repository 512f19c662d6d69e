"""Letters and figures that engines take for one another, and what a misread text may say instead."""

from collections.abc import Callable, Iterator

# Letter and figure; what an engine makes of faint or broken print is hardly ever anything else.
PAIRS = (
    ("O", "0"), ("o", "0"), ("D", "0"), ("I", "1"), ("l", "1"), ("|", "1"), ("L", "1"), ("Z", "2"),
    ("S", "5"), ("G", "6"), ("b", "6"), ("B", "8"),
)  # fmt: skip
# Figures that share most of their strokes. In a sum each of them could be changed to make it close,
# so that they are trusted only where two proofs agree on one.
_FIGURES = frozenset(
    map(frozenset, ("17", "38", "56", "68", "08", "06", "09", "27", "49", "35", "89", "39", "69", "14"))
)


def readings(text: str) -> Iterator[str]:
    """What a text may be, one confusion away: at one place, or the same at every place.

    Args:
        text: As read.
    """
    seen = {text}
    for letter, figure in PAIRS:
        for sign, meant in ((letter, figure), (figure, letter.upper())):
            at = [index for index, found in enumerate(text) if found == sign]
            each = [f"{text[:index]}{meant}{text[index + 1 :]}" for index in at]
            for other in [*each, text.replace(sign, meant)]:
                if other not in seen:
                    seen.add(other)
                    yield other


def proven(text: str, agrees: Callable[[str], bool]) -> tuple[str, ...]:
    """The readings of a text that something agrees with; none when it agrees with the text itself.

    Args:
        text: As read.
        agrees: The proof, such as check digits.
    """
    return () if agrees(text) else tuple(filter(agrees, readings(text)))


def other_figures(text: str) -> Iterator[str]:
    """A text with one of its figures taken for another that looks alike."""
    for index, sign in enumerate(text):
        for pair in _FIGURES if sign.isdigit() else ():
            if sign in pair:
                (other,) = pair - {sign}
                yield f"{text[:index]}{other}{text[index + 1 :]}"


def one_figure_apart(one: str, other: str) -> bool:
    """Whether two texts differ in one figure that may be misread for the other's."""
    if len(one) != len(other):
        return False
    apart = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    return len(apart) == 1 and frozenset(apart[0]) in _FIGURES
