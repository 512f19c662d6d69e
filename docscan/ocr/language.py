"""In which language a text is written, by its small words and its letters."""

import re
from collections.abc import Sequence

# the words that make up a third of any text in the language, without those that two of them share
WORDS = {
    "spa": """de la el los las del que en por para con una su fecha se es al como más este esta lo
        y o no sin sobre entre hasta desde cliente importe número pago""",
    "pol": """i w z na do nie się jest że dla od po za przez oraz o lub ze to jak przy pod jako może
        są być dnia kwota razem data nr ul zł""",
    "deu": """der die das und den von zu mit ist für im dem nicht ein eine auf des sich auch an wird
        bei oder nach wir sie uns bis zum zur vom am ihre ihr betrag datum""",
    "eng": """the of and to for is with that on by this be are from your you we at as an it or will
        our not have has please any amount date""",
}
LETTERS = {"spa": "ñáéíóú¿¡", "pol": "łąęśćżźńó", "deu": "äöüß", "eng": ""}
LETTER_WEIGHT = 0.5  # a word with a letter of the language counts half a function word
ENOUGH = 4.0  # hits; fewer say nothing

_WORD = re.compile(r"[^\W\d_]+")
_SMALL = {name: frozenset(words.split()) for name, words in WORDS.items()}


def guess(text: str, among: Sequence[str]) -> tuple[str, float]:
    """The language of a text.

    Args:
        text: As read, in whatever language the engine was set to.
        among: The engine's names of the languages to choose from; those other
            than spa, pol, deu and eng are never guessed.

    Returns:
        The engine's name and how sure that is, from 0 to 1: the winner's lead
        over the next. An empty name where too little speaks for any.
    """
    words = [word.lower() for word in _WORD.findall(text)]
    scores = sorted(((_score(words, name), name) for name in among if name in WORDS), reverse=True)
    if not scores or scores[0][0] < ENOUGH:
        return "", 0.0
    best, name = scores[0]
    second = scores[1][0] if len(scores) > 1 else 0.0
    return name, (best - second) / best


def _score(words: Sequence[str], name: str) -> float:
    small, letters = _SMALL[name], frozenset(LETTERS[name])
    hits = sum(1.0 for word in words if word in small)
    marked = sum(LETTER_WEIGHT for word in words if word not in small and letters.intersection(word))
    return hits + marked
