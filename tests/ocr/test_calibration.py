from hypothesis import given
from hypothesis import strategies as st

from docscan.model import Line, Word
from docscan.ocr.calibration import DIGITS, PLAIN, RAW, calibrated
from docscan.places import Box

BOX = Box(0, 0, 9, 9)


def _calibrated(text: str, confidence: float, engine: str = "tesserocr") -> float:
    (line,) = calibrated([Line((Word(text, BOX, confidence),))], engine)
    return line.words[0].confidence


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(["Rechnung", "1.234,00"]))
def test_what_the_engine_is_surer_of_stays_surer(one: float, other: float, text: str):
    low, high = sorted((one, other))
    assert 0 <= _calibrated(text, low) <= _calibrated(text, high) <= 1


def test_a_doubtful_word_is_called_so():
    assert _calibrated("Rechnung", 0.8) < 0.6
    assert _calibrated("Rechnung", 0.96) > 0.98


def test_numbers_are_trusted_less_than_words_of_the_same_raw_confidence():
    assert _calibrated("1.234,00", 0.96) < _calibrated("Rechnung", 0.96)


def test_an_engine_that_was_never_measured_keeps_its_own():
    assert _calibrated("Rechnung", 0.8, "another") == 0.8


def test_the_curves_rise_and_have_a_value_for_each_point():
    for curve in (PLAIN, DIGITS):
        assert len(curve) == len(RAW)
        assert list(curve) == sorted(curve)
    assert list(RAW) == sorted(RAW)
