"""`docscan.toml` is checked whole, and mistakes are told with the nearest name."""

from datetime import timedelta
from pathlib import Path

import pytest

from docscan.archive import config
from docscan.errors import ConfigError


def load(tmp_path: Path, text: str) -> config.Config:
    path = tmp_path / config.FILE
    path.write_text(text, encoding="utf-8")
    return config.load(path)


def test_the_template_says_what_would_be_without_it(tmp_path: Path) -> None:
    assert load(tmp_path, config.written("A", "en")) == load(tmp_path, 'name = "A"')


def test_every_key_is_read(tmp_path: Path) -> None:
    text = 'name="N"\nlanguage="de"\npipeline="p"\n[inbox]\nquiet=1\ngrace=2\n[run]\nworkers=3\ntimeout=4\n'
    made = config.Config(
        "N", "de", "p", config.Inbox(1, 2), config.Run(3, 4), config.Review(5), config.Search("tantivy")
    )
    assert load(tmp_path, text + '[review]\nsample=5\n[search]\nengine="tantivy"') == made


@pytest.mark.parametrize(
    ("text", "sentence", "hint"),
    [
        ('name="A"\nlangauge="es"', "langauge is not known", "language"),
        ('name="A"\n[inbox]\nquite=3', "[inbox] quite is not known", "quiet"),
        ('name="A"\n[rum]\nworkers=3', "rum is not known", "run"),
        ('language="es"', "name is missing", "name ="),
        ("name=3", "name = 3 is not a text", "quotes"),
        (f"name={'9' * 5000}", "cannot be read", "Mend"),
        ('name="A"\nlanguage="fr"', "'fr' is not known", "en, es, pl, de"),
        ('name="A"\n[run]\ntimeout="1800"', "[run] timeout", "1800"),
        ('name="A"\n[run]\nworkers=true', "[run] workers", "0"),
        ('name="A"\n[run]\nworkers=-1', "[run] workers", "0"),
        ('name="A"\n[run]\ntimeout=0', "timeout = 0", "seconds"),
        ('name="A"\n[review]\nsample=0.5', "[review] sample", "50"),
        ('name="A"\n[search]\nengine="lucene"', "'lucene' is not known", "auto, whoosh, tantivy"),
        ('name="A"\nrun=3', "run is not a table", "[run]"),
        ('name="A"\n[timestamp]\nulr="https://a.example"', "[timestamp] ulr is not known", "url"),
        ('name="A"\n[timestamp]\nurl="file:///etc/passwd"', "is no address", "https://"),
        ('name="A"\n[timestamp]\nqualified="yes"', "neither true nor false", "quotes"),
        ('name="A"\n[timestamp]\nevery="daily"', "no span of time", '"30d"'),
        ('name="A"\n[timestamp]\nevery="0d"', "no span of time", '"30d"'),
        ('name="A"\n[timestamp]\nevery=1', "no span of time", '"30d"'),
        ('name="A"\n[signature]\nkye="a.p12"', "[signature] kye is not known", "key"),
        ('name="A"\n[signature]\nkey=""', "[signature] key = '' is not a text", "quotes"),
        ("name=", "cannot be read", "line"),
        ("x=" + "[" * 50_000, "cannot be read", "line"),
    ],
)
def test_a_mistake_is_named_with_a_way_out(tmp_path: Path, text: str, sentence: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert sentence in str(caught.value)
    assert hint in caught.value.hint
    assert caught.value.exit_code == 3


def test_who_stamps_the_time_is_read(tmp_path: Path) -> None:
    text = '[timestamp]\nurl="https://tsa.example"\ncertificates="ca.pem"\nqualified=true\nevery="12h"'
    stamping = config.Stamping("https://tsa.example", "ca.pem", qualified=True, every=timedelta(hours=12))
    assert load(tmp_path, 'name="A"\n' + text).timestamp == stamping
    assert not load(tmp_path, 'name="A"').timestamp.url


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / config.FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path / config.FILE)
