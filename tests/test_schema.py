import json
from pathlib import Path

import pytest

from docscan import library, schema
from docscan.errors import SchemaError


def written(folder: Path, **rules: object) -> Path:
    path = folder / "form-test.json"
    path.write_text(json.dumps({"x-kind": "form", "type": "object"} | rules), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", sorted(library.definitions("schemas", ".json")))
def test_every_shipped_schema_loads_with_labels_in_at_least_two_languages(name: str) -> None:
    found = schema.load(library.find("schemas", name, ".json"))
    languages = {label.language for item in found.properties for label in item.labels}
    assert found.name == name
    assert len(languages) >= 2


def test_properties_keep_the_order_of_the_file(tmp_path: Path) -> None:
    found = schema.load(written(tmp_path, properties={"b": {"x-type": "date"}, "a": {"x-type": "tick"}}))
    assert [item.name for item in found.properties] == ["b", "a"]


def test_required_fields_are_named(tmp_path: Path) -> None:
    found = schema.load(written(tmp_path, properties={"a": {}, "b": {}}, required=["b"]))
    assert found.required == ("b",)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"properties": {"key_no": {}}, "required": ["key_nr"]}, "'key_nr' is not known"),
        ({"properties": {"Key Number": {}}}, "'Key Number' is no name of a field"),
    ],
)
def test_a_mistyped_name_never_means_no_rule(tmp_path: Path, rules: dict[str, object], said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        schema.load(written(tmp_path, **rules))


def test_a_weak_label_says_how_weak(tmp_path: Path) -> None:
    labels = {"de": ["Rechnungsdatum", {"label": "Datum", "weight": 0.6}]}
    (found,) = schema.load(written(tmp_path, properties={"a": {"x-labels": labels}})).properties
    assert [(label.text, label.weight) for label in found.labels] == [("Rechnungsdatum", 1.0), ("Datum", 0.6)]


def test_a_choice_has_its_options_in_the_order_of_the_file(tmp_path: Path) -> None:
    options = {"no": {"de": ["Nein"]}, "yes": {"de": ["Ja"], "en": ["Yes"]}}
    rules = {"x-type": "choice", "enum": ["yes", "no"], "x-options": options, "x-place": "below"}
    (found,) = schema.load(written(tmp_path, properties={"a": rules})).properties
    assert [(option.name, [label.text for label in option.labels]) for option in found.options] == [
        ("no", ["Nein"]),
        ("yes", ["Ja", "Yes"]),
    ]
    assert found.place == "below"


def test_a_schema_that_extends_another_keeps_its_fields_and_puts_its_own_in_place() -> None:
    invoice, note = (
        schema.load(library.find("schemas", name, ".json")) for name in ("invoice", "credit-note")
    )
    assert {item.name for item in invoice.properties} == {item.name for item in note.properties}
    assert note.kind == "credit-note"
    assert note.headings == invoice.headings


@pytest.mark.parametrize(
    ("rules", "key", "hint"),
    [
        ({"properties": {"iban": {"x-lables": {}}}}, "properties.iban.x-lables", "x-labels"),
        ({"propertys": {}}, "propertys", "properties"),
        ({"properties": {"a": {"x-type": "datum"}}}, "properties.a.x-type", "date"),
        ({"x-kind": "invoce"}, "x-kind", "invoice"),
        ({"properties": {"a": {"x-labels": {"deutsch": ["x"]}}}}, "properties.a.x-labels", "ISO 639-1"),
        ({"properties": {"a": {"x-labels": {"de": "x"}}}}, "properties.a.x-labels.de", "[ ]"),
        ({"x-words": {"de": {"x": 11}}}, "x-words.de.x", "10"),
        ({"properties": {"a": {"type": "strng"}}}, "properties.a.type", "docs/schemas.md"),
        ({"x-extends": "nothing"}, "x-extends", "beside"),
        ({"properties": {"a": {"x-place": "left"}}}, "properties.a.x-place", "right"),
        ({"properties": {"a": {"x-type": "choice"}}}, "properties.a.x-options", "options"),
        ({"properties": {"a": {"x-options": {"x": {"de": ["X"]}}}}}, "properties.a.x-options", "choice"),
        (
            {"properties": {"a": {"x-type": "choice", "x-options": {"yes": {"de": "Ja"}}}}},
            "properties.a.x-options.yes.de",
            "[ ]",
        ),
        (
            {
                "properties": {
                    "a": {"x-type": "choice", "enum": ["yse"], "x-options": {"yes": {"de": ["Ja"]}}}
                }
            },
            "properties.a.enum",
            "yes",
        ),
    ],
)
def test_a_mistake_is_refused_with_its_path_its_key_and_a_way_out(
    tmp_path: Path, rules: dict[str, object], key: str, hint: str
) -> None:
    path = written(tmp_path, **rules)
    with pytest.raises(SchemaError) as caught:
        schema.load(path)
    assert str(path) in str(caught.value)
    assert key in str(caught.value)
    assert hint in caught.value.hint


@pytest.mark.parametrize("text", ["", "[]", "{", '{"x-kind": "form"'])
def test_what_is_no_object_of_json_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match=r"broken\.json"):
        schema.load(path)
