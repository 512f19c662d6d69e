"""Second looks, where they pay: weak words, print that no word covers, signs that a model does not know.

What is looked at again is cut out, enlarged, smoothed and read together in one
run. A weak word is replaced only by a reading the engine is surer of. The work
is bounded by a budget in milliseconds at a nominal speed, so that the same
page gets the same looks on a slow machine.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from docscan.frozen import dataclass
from docscan.model import Line, Scan, Word
from docscan.ocr import ink as inks
from docscan.ocr import strips
from docscan.ocr.engine import Engine
from docscan.ocr.ink import Ink
from docscan.ocr.strips import Ask
from docscan.places import Box, around

WEAK = 0.8  # confidence below which a second look pays
FACTOR, SMOOTHING = 1.8, 1.2  # the enlargement alone gains nothing, with the smoothing it does
HEIGHTS = (6, 150)  # pixels of words worth another look
LINE_HEIGHT = 36  # pixels that unread print is brought to
BAR_HEIGHT = 72  # pixels that a dark bar is brought to: its letters then are as large as others
LARGEST_FACTOR = 4.0
CREDIBLE, LETTER_CREDIBLE = 0.5, 0.9  # confidence from which unread print counts as read
CLOSE = 0.7  # of a word's height from the one before: a space, or a sign that was taken for one
SAME = 0.4  # of the smaller of two words' boxes is shared: they are one word
COST = 6.0  # nominal milliseconds of a word, or of a fifth of a line's width
UNREAD_SHARE = 2.0  # of the budget may go to print without text: few pages have any, and a line lost is worst
WEAK_SHARE = 0.5  # of it is left for weak words in any case

OTHER = "eng"  # the model that knows the signs others lack
UNKNOWN_SIGNS: Mapping[str, str] = {"spa": "@&#°§ü", "pol": "@&#°§"}  # missing in these models' alphabets
_ADDRESS = re.compile(r"\S+\.[a-z]{2,6}[.,;]?$", re.IGNORECASE)
_MAIL = re.compile(r"[^@:]+@[^@:]+\.[^@:]+")
_WEB = re.compile(r"^(https?:|www\.)|/", re.IGNORECASE)
_STOP = ".,;"  # what may follow an address
BROKEN = 2  # words that signs not known may cut off before an address's last
_RULE = re.compile(r"^[|¦_—–\-=~.:]+$")
_UPRIGHT_RULE = "|¦"


@dataclass(frozen=True, slots=True)
class Means:
    """What second looks are taken with.

    Attributes:
        ask: What reads.
        language: The page's, by the engine's name.
        budget: Nominal milliseconds for the page.
        other: The language whose model knows signs that the page's does not,
            where the engine has it; else empty.
    """

    ask: Ask
    language: str
    budget: float
    other: str


def means(engine: Engine, language: str, ask: Ask, budget: float) -> Means:
    """What second looks at a page of a language are taken with."""
    lacks = language in UNKNOWN_SIGNS and OTHER in engine.languages()
    return Means(ask, language, budget, OTHER if lacks else "")


def look(scan: Scan, lines: Sequence[Line], ink: Ink, means: Means) -> tuple[Line, ...]:
    """The reading of a page after second looks.

    Args:
        scan: As it was read.
        lines: The first reading.
        ink: The scan's print.
        means: What to look with.

    Raises:
        OcrError: As `Engine.read` does.
    """
    lines = _without_rules(lines, ink)
    if means.budget <= 0:
        return lines
    fresh = _unread(scan, lines, ink)
    weak = [word for line in lines for word in line.words if _is_weak(word)]
    if means.other:  # the page's model can but take an address apart
        weak = [word for word in weak if not _like_address(word)]
    weak.sort(key=lambda word: (not _has_digit(word.text), word.confidence))
    fresh = _within(fresh, means.budget * UNREAD_SHARE)
    left = max(WEAK_SHARE * means.budget, means.budget - sum(_cost(cut.box) for cut in fresh))
    weak = weak[: max(0, int(left / COST))]
    cuts = [*fresh, *(_cut(word.box) for word in weak)]
    found = means.ask(scan, cuts, means.language)
    better = _surer(weak, found[len(fresh) :], lines)
    lines = _with_new(_replaced(lines, better), found[: len(fresh)])
    return _with_other_signs(scan, lines, means)


def _with_other_signs(scan: Scan, lines: tuple[Line, ...], means: Means) -> tuple[Line, ...]:
    """Words that the page's model cannot spell, read with the one that can."""
    if not means.other:
        return lines
    addresses = [pair for line in lines for pair in _addresses(line)]
    weak = [word for line in lines for word in line.words if _is_weak(word)]
    weak.sort(key=lambda word: word.confidence)
    cuts = [_cut(around([word.box for word in pair])) for pair in addresses]
    cuts += [_cut(word.box) for word in weak]
    found = means.ask(scan, cuts[: int(means.budget / 2 / COST)], means.other)
    better = {
        key: words
        for key, words in _surer(weak, found[len(addresses) :], lines).items()
        if _may_stand(_text(words), means.language)
    }
    for pair, words in zip(addresses, found, strict=False):
        better |= _address(pair, words)
    return _replaced(lines, better)


def _addresses(line: Line) -> Iterator[tuple[Word, ...]]:
    """What may be e-mail addresses, with the words close before them: a sign not known parts them."""
    for at, word in enumerate(line.words):
        if _like_address(word):
            start = at
            while start > max(0, at - BROKEN) and _is_close(line.words[start - 1], line.words[start]):
                start -= 1
            yield line.words[start : at + 1]


def _is_close(before: Word, word: Word) -> bool:
    return word.box.left - before.box.right <= CLOSE * word.box.height


def _address(read_as: Sequence[Word], words: Sequence[Word]) -> dict[int, Sequence[Word]]:
    """An e-mail address for the words it was read as; its top level stays, as all models know its letters."""
    old = read_as[-1]
    before = sum(word.box.right <= old.box.left for word in words)
    ends = (words[at:] for at in range(before, -1, -1))
    parts = next((end for end in ends if _MAIL.fullmatch(_text(end))), ())
    text, stop = _stopped(_text(parts))
    name, _, top = text.rpartition(".")
    known, old_stop = _stopped(old.text)
    known = known.rpartition(".")[2]
    if not parts or top[:1].lower() != known[:1].lower():
        return {}
    start = min(word.box.left for word in parts)
    taken = [word for word in read_as if word is old or word.box.middle[0] >= start]
    whole = f"{name}.{known}{old_stop or stop}"
    address = Word(whole, around([word.box for word in taken]), _confidence(parts))
    return {id(word): () for word in taken} | {id(old): (address,)}


def _stopped(text: str) -> tuple[str, str]:
    """A text, and the full stop or comma after it."""
    bare = text.rstrip(_STOP)
    return bare, text[len(bare) :]


def _text(words: Iterable[Word]) -> str:
    return "".join(word.text for word in words)


def _may_stand(text: str, language: str) -> bool:
    """Whether a reading with the other model may be right: of a number, a code, a sign the page's lacks."""
    is_word = any(map(str.isalpha, text)) and not _has_digit(text)
    return not is_word or any(sign in UNKNOWN_SIGNS[language] for sign in text)


def _like_address(word: Word) -> bool:
    """Whether a word may be an e-mail address: a dot and a top level, and no web address."""
    return "@" not in word.text and bool(_ADDRESS.match(word.text)) and not _WEB.search(word.text)


def _is_weak(word: Word) -> bool:
    return word.confidence < WEAK and HEIGHTS[0] <= word.box.height <= HEIGHTS[1]


def _has_digit(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def _cut(box: Box) -> strips.Cut:
    return strips.Cut(box, FACTOR, SMOOTHING, rim=7)


def _unread(scan: Scan, lines: Sequence[Line], ink: Ink) -> list[strips.Cut]:
    """Print without text, and light print on dark bars."""
    boxes = [word.box for line in lines for word in line.words]
    dark = inks.bars(ink, boxes)
    plain = [box for box in inks.unread(ink, [*boxes, *dark]) if box.width <= scan.width * 0.9]
    cuts = [_line_cut(box, inverted=True) for box in dark]
    return cuts + [_line_cut(box, inverted=False) for box in plain]


def _line_cut(box: Box, *, inverted: bool) -> strips.Cut:
    height = BAR_HEIGHT if inverted else LINE_HEIGHT
    factor = min(LARGEST_FACTOR, max(0.5, height / box.height))
    return strips.Cut(box, factor, 1.0 if factor > 1 else 0.0, inverted, rim=-3 if inverted else 6)


def _cost(box: Box) -> float:
    return COST * max(1.0, box.width / (5 * max(1, box.height)))


def _within(cuts: Sequence[strips.Cut], budget: float) -> list[strips.Cut]:
    """The first cuts that the budget allows."""
    taken, spent = [], 0.0
    for cut in cuts:
        spent += _cost(cut.box)
        if spent > budget:
            break
        taken.append(cut)
    return taken


def _surer(
    weak: Iterable[Word], found: Iterable[Sequence[Word]], lines: Iterable[Line]
) -> dict[int, Sequence[Word]]:
    """Surer readings of weak words, by the identity of those; neighbours cut out with them are left out."""
    there = [word.box for line in lines for word in line.words]
    better: dict[int, Sequence[Word]] = {}
    for old, words in zip(weak, found, strict=False):
        own = [word for word in words if _is_new(word.box, (box for box in there if box != old.box))]
        if own and _confidence(own) > old.confidence:
            # a single word keeps the box it had
            better[id(old)] = [replace(own[0], box=old.box)] if len(own) == 1 else own
    return better


def _confidence(words: Sequence[Word]) -> float:
    """The mean over all signs."""
    return sum(word.confidence * len(word.text) for word in words) / len(_text(words))


def _replaced(lines: Sequence[Line], better: Mapping[int, Sequence[Word]]) -> tuple[Line, ...]:
    """The lines with other words, or none, in the place of words, by the identity of those."""
    return tuple(
        replace(line, words=tuple(new for word in line.words for new in better.get(id(word), (word,))))
        for line in lines
    )


def _with_new(lines: tuple[Line, ...], found: Iterable[Sequence[Word]]) -> tuple[Line, ...]:
    """The lines with print that had no text before, each piece in its line or as one of its own."""
    for words in found:
        there = [word.box for line in lines for word in line.words]
        credible = tuple(word for word in words if _is_credible(word) and _is_new(word.box, there))
        if credible:
            lines = _placed(lines, Line(credible))
    return lines


def _is_credible(word: Word) -> bool:
    """Whether something read where nothing was read before is a word: dirt reads as single letters."""
    letter = len(word.text) == 1 and word.text.isalpha()
    return word.confidence >= (LETTER_CREDIBLE if letter else CREDIBLE) and any(map(str.isalnum, word.text))


def _is_new(box: Box, there: Iterable[Box]) -> bool:
    """Whether no word lies here: what surrounds unread print may be cut out and read with it."""
    beside = (other for other in there if other.top < box.bottom and box.top < other.bottom)
    return not any(_shared(box, other) > SAME * min(_area(box), _area(other)) for other in beside)


def _shared(one: Box, other: Box) -> int:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0, width) * max(0, height)


def _area(box: Box) -> int:
    return box.width * box.height


def _placed(lines: tuple[Line, ...], new: Line) -> tuple[Line, ...]:
    for at, line in enumerate(lines):
        if _on_one_line(line, new):
            words = sorted((*line.words, *new.words), key=lambda word: word.box.left)
            return (*lines[:at], replace(line, words=tuple(words)), *lines[at + 1 :])
    at = next((at for at, line in enumerate(lines) if line.box.top > new.box.top), len(lines))
    block = 1 + max((line.block for line in lines), default=-1)
    return (*lines[:at], replace(new, block=block), *lines[at:])


def _on_one_line(line: Line, new: Line) -> bool:
    """Whether two lines stand on one height, no wider apart than a table's columns."""
    one, other = line.box, new.box
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    apart = max(one.left, other.left) - min(one.right, other.right)
    height = min(one.height, other.height)
    between = any(a.box.right <= other.left and other.right <= b.box.left for a, b in pairwise(line.words))
    return shared >= 0.6 * height and (between or 0 <= apart <= 6 * height)


def _without_rules(lines: Sequence[Line], ink: Ink) -> tuple[Line, ...]:
    """The lines without ruled lines that were taken for signs."""
    kept = (
        replace(line, words=tuple(new for word in line.words for new in _unruled(word, ink)))
        for line in lines
    )
    return tuple(line for line in kept if line.words)


def _unruled(word: Word, ink: Ink) -> tuple[Word, ...]:
    if _RULE.match(word.text):
        return () if inks.on_rule(ink, word.box) else (word,)
    text = word.text.strip(_UPRIGHT_RULE)
    if text and text != word.text and ink.rules[ink.inside(word.box)].any():
        return (replace(word, text=text),)
    return (word,)
