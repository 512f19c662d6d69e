"""Which chunks of a page are worth a look, when one that a query found is marked.

Of a page's words most have nothing to do with the query: their terms, above all what they
are forms of, need not be known.
"""

from collections.abc import Collection, Iterable

from docscan.search import plan
from docscan.search.analysis import CHUNK, Chunk, bare, parts_of, skeleton
from docscan.search.folding import SHORT
from docscan.search.plan import Plan
from docscan.search.prepared import unnamed
from docscan.search.spelling import one_edit_each
from docscan.search.terms import KEPT, folded_each, forms_of_any


def of_several(piece: Plan) -> bool:
    """Whether what a plan finds may be of several chunks."""
    if isinstance(piece, plan.Term):
        return piece.where in ("wholes", "fields") and not unnamed(piece.term).isalpha()
    return not isinstance(piece, plan.Similar | plan.Starts)


class Sieve:
    """Of the chunks of pages in a language, or of values, those that may be found; most recur."""

    def __init__(self, pieces: Collection[Plan], language: str | None) -> None:
        """Look for what some plans find.

        Args:
            pieces: None of them `of_several`.
            language: Of the pages; None for values, in which words have no other forms.
        """
        terms = [piece for piece in pieces if isinstance(piece, plan.Term)]
        self._language = language
        self._lemmas = frozenset(piece.term for piece in terms if piece.where == "lemmas")
        self._bones = frozenset(unnamed(piece.term) for piece in terms if piece.where == "bones")
        self._words = frozenset(
            unnamed(piece.term) for piece in terms if piece.where not in ("lemmas", "bones")
        )
        self._starts = tuple(unnamed(piece.start) for piece in pieces if isinstance(piece, plan.Starts))
        self._similar = [unnamed(piece.term) for piece in pieces if isinstance(piece, plan.Similar)]
        # in a number there is none of it, and one edit makes no number of what has two letters
        self._lettered = all(
            sum(map(str.isalpha, term)) > 1 for term in (*self._words, *self._starts, *self._similar)
        )
        self._known: dict[str, bool] = {}

    def chunks(self, text: str) -> list[Chunk]:
        """Those chunks of a text that may be found."""
        known = self._known
        found = [(spot, spot.group()) for spot in CHUNK.finditer(text)]
        if fresh := {written for _, written in found} - known.keys():
            if len(known) > KEPT:
                known.clear()
            known.update(self._worth(fresh))
        return [
            Chunk(*spot.span(), written, parts)
            for spot, written in found
            if known[written] and (parts := parts_of(written)[1])
        ]

    def _worth(self, written: Iterable[str]) -> dict[str, bool]:
        """Whether each chunk may be found; most are words, whose forms are asked for together."""
        words = {one: word for one in written if (word := one.lower()).isalpha() and len(word) <= SHORT}
        small = [*{*words.values()}]
        parts = dict(zip(small, folded_each(small), strict=True))
        like = self._like({*parts.values()})
        found = {word for word, part in parts.items() if part in like}
        if self._language is not None:
            found |= forms_of_any(parts, self._language, self._lemmas)
        return {one: words[one] in found if one in words else self._mixed(one) for one in written}

    def _mixed(self, written: str) -> bool:
        """Whether a chunk may be found that is no word, or a long one."""
        if self._lettered and written.isascii() and written.lower() == written.upper():
            return False
        parts = parts_of(written)[1]
        if len(parts) != 1 or not written.isalnum() or written.isalpha():
            return True
        return skeleton(parts[0]) in self._bones or bool(self._like((*parts, *bare(parts[0]))))

    def _like(self, terms: Collection[str]) -> set[str]:
        """Those of some terms that are asked for, but as a form of others."""
        found = {*self._words.intersection(terms)}
        if self._starts:
            found |= {term for term in terms if term.startswith(self._starts)}
        for wanted in self._similar:
            found |= one_edit_each(wanted, terms)
        return found
