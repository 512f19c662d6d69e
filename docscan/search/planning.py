"""A parsed query in ready terms: as typed, then inflected too, then misread too."""

import functools
from collections.abc import Callable, Collection, Mapping

from docscan.frozen import dataclass
from docscan.search import nodes, plan
from docscan.search.amounts import amount, begun, day_and_month
from docscan.search.analysis import chunks
from docscan.search.fields import FIELDS, KEYWORDS
from docscan.search.folding import composed, fold
from docscan.search.inflection import LANGUAGES, SHORTEST, asked
from docscan.search.nodes import Node
from docscan.search.plan import Plan, Term
from docscan.search.prepared import named
from docscan.search.spelling import as_number, misread
from docscan.search.wordings import amounts_within, wordings

Wider = Callable[[nodes.Word], list[Plan]]
"""What a word finds besides itself."""

_Ids = Mapping[str, Collection[str]]
_NOBODY: _Ids = {}


def planned(
    node: Node, *, states: _Ids = _NOBODY, languages: Collection[str] = LANGUAGES
) -> tuple[Plan, ...]:
    """The tiers of a query, each finding all that the one before does.

    Phrases, beginnings and what is left out are exact in every tier: that a
    word may have been misread proves nothing. A word with a tilde is left out
    with one edit.

    Args:
        node: From `parse`.
        states: The ids of the documents in each state that the query names.
        languages: Those of the archive's documents, when they are known:
            whoever has no Polish ones is spared the start of its dictionary.

    Returns:
        The documents as typed, inflected too, misread too; one that finds no
        more than the tier before is left out.
    """
    return tuple(dict.fromkeys(tiered(node, states=states, languages=languages)))


def tiered(
    node: Node, *, states: _Ids = _NOBODY, languages: Collection[str] = LANGUAGES
) -> tuple[Plan, Plan, Plan]:
    """The three tiers of a query, as `planned`, also where one finds no more than the one before."""
    inflected = functools.partial(_inflected, languages=languages)
    typed = _Planner(states, lambda _: [])
    other_forms = _Planner(states, inflected)
    other_spellings = _Planner(states, lambda word: [*inflected(word), *_misread(word), *_loosely(word)])
    return typed.plan(node), other_forms.plan(node), other_spellings.plan(node)


@dataclass(frozen=True, slots=True)
class _Planner:
    """One tier: what a word finds besides itself, and who is in which state."""

    states: _Ids
    wider: Wider

    def plan(self, node: Node) -> Plan:
        if isinstance(node, nodes.And):
            return plan.All(tuple(map(self.plan, node.nodes)))
        if isinstance(node, nodes.Or):
            return plan.Any(tuple(map(self.plan, node.nodes)))
        if isinstance(node, nodes.Not):
            return plan.Without(_Planner(self.states, _loosely).plan(node.node))
        if isinstance(node, nodes.State):
            return plan.Among(frozenset(self.states.get(node.name, ())))
        return self.leaf(node)

    def leaf(self, leaf: nodes.Leaf) -> Plan:
        if isinstance(leaf, nodes.Range):
            return plan.Between(leaf.field, leaf.low, leaf.high)
        if isinstance(leaf, nodes.Near):
            return plan.Near(fold(leaf.one), fold(leaf.other), leaf.distance)
        if isinstance(leaf, nodes.Has):
            return _has(leaf.field)
        return self.text(leaf)

    def text(self, leaf: nodes.Leaf) -> Plan:
        if isinstance(leaf, nodes.Prefix):
            return _starts(leaf.field, leaf.text)
        if not isinstance(leaf, nodes.Word | nodes.Phrase):
            raise TypeError(leaf)
        if leaf.field == "id":
            return plan.Starts("fields", named("id", fold(leaf.text)))
        if leaf.field in KEYWORDS:
            return Term("fields", named(leaf.field, fold(leaf.text)))
        found = _exactly(leaf)
        if isinstance(leaf, nodes.Word):
            found += self.wider(leaf)
        return _any(found)


def terms_of(word: str) -> tuple[str, ...]:
    """The forms of a word as one term: itself, or a number or a name without its separators."""
    return tuple(wording[0] for wording in wordings(word) if len(wording) == 1)


def _has(field: str) -> Plan:
    if field in KEYWORDS:
        return plan.Starts("fields", named(field, ""))
    if FIELDS.get(field) == "number" or field == "added":
        return plan.Between(field, None, None)
    return Term("fields", f"={field}")


def _starts(field: str, text: str) -> Plan:
    cents = "" if day_and_month(text) else begun(text)
    start = named(field, cents or fold(text))
    if field:
        return plan.Starts("fields", start)
    if cents:
        return plan.Starts("wholes", start)
    return plan.Any((plan.Starts("body", start), plan.Starts("wholes", start)))


def _exactly(leaf: nodes.Word | nodes.Phrase) -> list[Plan]:
    """As typed; amounts among words in a row must be there whole, as `500,00` is no part of `1.500,00`."""
    found: list[Plan] = []
    where: plan.Where = "fields" if leaf.field else "wholes"
    within = [Term(where, named(leaf.field, term)) for term in amounts_within(leaf.text)]
    for wording in wordings(leaf.text):
        terms = tuple(named(leaf.field, term) for term in wording)
        if len(terms) > 1:
            row = plan.Sequence("fields" if leaf.field else "body", terms)
            found.append(plan.All((row, *within)) if within else row)
        elif leaf.field:
            found.append(Term("fields", terms[0]))
        else:
            found += [Term("body", terms[0]), Term("wholes", terms[0])]
    return found


def _loosely(word: nodes.Word) -> list[Plan]:
    """One edit, where the person asked for it with a tilde."""
    if not word.loose:
        return []
    if word.field:
        return [plan.Similar("fields", named(word.field, term)) for term in terms_of(word.text)]
    return [
        found
        for term in terms_of(word.text)
        for found in (plan.Similar("body", term), plan.Similar("wholes", term))
    ]


def _inflected(word: nodes.Word, languages: Collection[str]) -> list[Plan]:
    """Other forms of a word of the text; names and numbers in fields have none."""
    found = tuple(chunks(word.text))
    if word.field or len(found) != 1 or len(found[0].parts) > 1:
        return []
    part = found[0].parts[0]
    if len(part) < SHORTEST or not part.isalpha():
        return []
    written = composed(found[0].text.lower())
    forms = [(tongue, fold(form)) for tongue in languages for form in asked(written, tongue)]
    themselves = dict.fromkeys(form for _, form in forms if form not in ("", part))
    known = dict.fromkeys(f"{tongue}={form}" for tongue, form in forms)
    return [*(Term("lemmas", form) for form in known), *(Term("body", form) for form in themselves)]


def _misread(word: nodes.Word) -> list[Plan]:
    found = [other for term in terms_of(word.text) for other in misread(term, word.field)]
    read = amount(as_number(word.text))
    if read and not amount(word.text):  # copied as it was misread
        found += _exactly(nodes.Phrase(read, word.field))
    return found


def _any(plans: list[Plan]) -> Plan:
    found = tuple(dict.fromkeys(plans))
    return found[0] if len(found) == 1 else plan.Any(found)
