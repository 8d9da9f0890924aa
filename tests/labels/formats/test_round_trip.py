"""Every exchange format gives back what it was given, and says what it refuses."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labels.codebook import Codebook
from labels.errors import TableError
from labels.formats.label_studio import interface
from labels.formats.registry import FORMATS
from labels.labelled import DATA_DIR, read_labelled
from labels.statement import LabelledStatement

PLACES = [
    ("table", "a.jsonl"),
    ("table", "a.csv"),
    ("table", "a.tsv"),
    ("table", "a.xlsx"),
    ("table", "a.parquet"),
    ("wide", "a.csv"),
    ("wide", "a.xlsx"),
    ("wide", "a.parquet"),
    ("label-studio", "a.json"),
    ("doccano", "a.jsonl"),
    ("prodigy", "a.jsonl"),
    ("argilla", "a.json"),
    ("hugging-face", "a"),
]


@pytest.fixture(scope="module")
def thousand(codebook: Codebook) -> list[LabelledStatement]:
    return read_labelled([DATA_DIR], codebook).statements[::6][:1000]


@pytest.mark.parametrize(("form", "name"), PLACES)
def test_a_thousand_statements_come_back_as_they_went(
    form: str, name: str, thousand: list[LabelledStatement], codebook: Codebook, tmp_path: Path
) -> None:
    assert len(thousand) == 1000
    FORMATS[form].write(tmp_path / name, thousand, codebook)
    back = read_labelled([tmp_path / name], codebook, FORMATS[form])
    assert back.problems == []
    assert by_id(back.statements) == by_id(thousand)
    if form != "hugging-face":
        assert [s.id for s in back.statements] == [s.id for s in thousand]


def by_id(statements: list[LabelledStatement]) -> dict[Any, dict[str, Any]]:
    """Labels as sets: the wide shape and class columns give them in codebook order."""
    dumps = [s.model_dump(exclude_none=True) for s in statements]
    return {d["id"]: {**d, "labels": frozenset(d["labels"])} for d in dumps}


@pytest.mark.parametrize(("form", "name"), PLACES)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.text(
        st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), min_size=1
    ).filter(str.strip),
    labels=st.sets(st.sampled_from(["security", "bod", "conciliation"])),
)
def test_any_text_comes_back(
    form: str, name: str, text: str, labels: set[str], codebook: Codebook, tmp_path_factory: Any
) -> None:
    path = tmp_path_factory.mktemp("any") / name
    one = LabelledStatement.model_validate({"id": "x", "text": text, "labels": sorted(labels)})
    FORMATS[form].write(path, [one], codebook)
    back = read_labelled([path], codebook, FORMATS[form])
    assert back.problems == []
    assert by_id(back.statements) == by_id([one])


def task(**changes: Any) -> dict[str, Any]:
    return {"id": 7, "data": {"text": "x"}, "annotations": [annotation("bod")], **changes}


def annotation(*choices: str, **changes: Any) -> dict[str, Any]:
    result = {"from_name": "labels", "type": "choices", "value": {"choices": list(choices)}}
    return {"result": [result], **changes}


@pytest.mark.parametrize(
    ("form", "record", "reason"),
    [
        ("label-studio", {"id": 1}, "data: Field required"),
        ("label-studio", task(annotations=[]), "nobody has coded it"),
        ("label-studio", task(annotations=[annotation("sekurity")]), "unknown label 'sekurity'"),
        (
            "label-studio",
            task(annotations=[annotation("bod"), annotation("aod", "bod")]),
            "coders differ on aod and nothing rules",
        ),
        (
            "label-studio",
            task(annotations=[annotation("bod", ground_truth=True)] * 2),
            "more than one is ground truth",
        ),
        ("label-studio", task(annotations=[annotation(["a", "b"])]), "choices: not a list"),  # type: ignore[arg-type]
        ("doccano", {"text": "x"}, "label: Field required"),
        ("doccano", {"text": "x", "label": [[0, 4, "bod"]]}, "label: not a list of labels"),
        ("prodigy", {"text": "x", "options": []}, "accept: Field required"),
        ("prodigy", {"text": "x", "accept": [], "answer": "ignore"}, "answer: 'ignore'"),
        ("argilla", {"id": "1"}, "fields: Field required"),
        ("argilla", {"fields": {"text": "x"}}, "nobody has coded it"),
        ("doccano", {"text": "", "label": []}, "text: is empty"),
        ("doccano", [1], "not a JSON object"),
    ],
)
def test_a_bad_record_is_refused_with_its_place_and_the_others_stay(
    form: str, record: Any, reason: str, codebook: Codebook, tmp_path: Path
) -> None:
    good = {
        "label-studio": task(),
        "doccano": {"text": "good", "label": ["bod"]},
        "prodigy": {"text": "good", "accept": ["bod"], "answer": "accept"},
        "argilla": {"fields": {"text": "good"}, "responses": {"labels": [{"value": ["bod"]}]}},
    }[form]
    path = tmp_path / "a.json"
    path.write_bytes(orjson.dumps([good, record]))
    read = read_labelled([path], codebook, FORMATS[form])
    assert [s.labels for s in read.statements] == [("bod",)]
    (problem,) = read.problems
    assert problem.startswith(f"{path}:2: ")
    assert reason in problem


@pytest.mark.parametrize("wrong", [1, "x", [1], {"a": 1}, ["x"], [[]]])
@pytest.mark.parametrize(
    ("form", "record", "path"),
    [
        ("label-studio", task(), ("annotations",)),
        ("label-studio", task(), ("annotations", 0, "result")),
        ("label-studio", task(), ("annotations", 0, "result", 0, "value")),
        ("label-studio", task(), ("data",)),
        ("argilla", {"fields": {"text": "x"}, "responses": {}}, ("responses",)),
        (
            "argilla",
            {"fields": {"text": "x"}, "responses": {"labels": []}},
            ("responses", "labels"),
        ),
        ("argilla", {"fields": {"text": "x"}, "suggestions": {}}, ("suggestions",)),
        ("argilla", {"fields": {"text": "x"}}, ("fields",)),
        ("prodigy", {"text": "x", "accept": []}, ("accept",)),
        ("prodigy", {"text": "x", "accept": ["bod"], "meta": {}}, ("meta",)),
        ("doccano", {"text": "x", "label": []}, ("label",)),
    ],
)
def test_a_field_of_a_wrong_kind_is_refused_and_never_a_crash(
    form: str, record: Any, path: tuple[Any, ...], wrong: Any, codebook: Codebook, tmp_path: Path
) -> None:
    broken = orjson.loads(orjson.dumps(record))
    place = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    file = tmp_path / "a.json"
    file.write_bytes(orjson.dumps([broken]))
    read = read_labelled([file], codebook, FORMATS[form])
    assert len(read.problems) + len(read.statements) == 1
    if not isinstance(wrong, dict) and path[-1] not in ("accept", "label"):
        assert read.problems[0].startswith(f"{file}:1: ")


def test_choices_of_another_control_are_refused_by_name(codebook: Codebook, tmp_path: Path) -> None:
    other = task(annotations=[annotation("positive")])
    other["annotations"][0]["result"][0]["from_name"] = "sentiment"
    path = tmp_path / "a.json"
    path.write_bytes(orjson.dumps([other]))
    (problem,) = read_labelled([path], codebook, FORMATS["label-studio"]).problems
    assert problem == f"{path}:1: result: no choices of 'labels' (but of 'sentiment')"


def test_a_column_takes_the_kind_that_holds_all_its_values(
    codebook: Codebook, tmp_path: Path
) -> None:
    rows = [
        {"id": "1", "text": "x", "labels": [], "weight": 1, "coders": []},
        {"id": "2", "text": "y", "labels": ["bod"], "weight": 0.5, "coders": [["bod"], []]},
    ]
    given = [LabelledStatement.model_validate(row) for row in rows]
    FORMATS["table"].write(tmp_path / "a.parquet", given, codebook)
    back = read_labelled([tmp_path / "a.parquet"], codebook).statements
    assert [(s.model_extra or {})["weight"] for s in back] == [1.0, 0.5]
    assert back[1].coders == (("bod",), ())


@pytest.mark.parametrize(
    "metadata", [b"{bad", b"[1]", b'{"info": null}', b'{"info": {"features": {"labels": []}}}']
)
def test_features_that_say_no_names_leave_labels_as_they_are(
    metadata: bytes, codebook: Codebook, tmp_path: Path
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"text": ["x"], "labels": [["bod"]]})
    (tmp_path / "d").mkdir()
    pq.write_table(
        table.replace_schema_metadata({b"huggingface": metadata}), tmp_path / "d" / "train.parquet"
    )
    (found,) = read_labelled([tmp_path / "d"], codebook, FORMATS["hugging-face"]).statements
    assert (found.labels, found.split) == (("bod",), "train")


def test_annotators_who_agree_need_no_ruling_and_cancelled_work_is_passed_over(
    codebook: Codebook, tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    twice = task(annotations=[annotation("bod"), annotation("bod")])
    skipped = task(id=8, data={"text": "y"}, annotations=[annotation("aod", was_cancelled=True)])
    path.write_bytes(orjson.dumps([twice, skipped]))
    read = read_labelled([path], codebook, FORMATS["label-studio"])
    assert [(s.id, s.labels, s.coders) for s in read.statements] == [
        (7, ("bod",), (("bod",), ("bod",)))
    ]
    assert read.problems == [f"{path}:2: labels: nobody has coded it"]


def test_a_machine_suggestion_is_never_a_label(codebook: Codebook, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    suggestion = {"labels": {"value": ["aod"], "agent": "some-model", "score": 0.9}}
    path.write_bytes(orjson.dumps([{"fields": {"text": "x"}, "suggestions": suggestion}]))
    read = read_labelled([path], codebook, FORMATS["argilla"])
    assert read.statements == []
    assert "nobody has coded it" in read.problems[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("text,security\nx,1\n", "no column 'power_competition', though other labels have one"),
        ("text,{all}\nx,1,,0,0,0,0,0,0,0\n", "security: '' is neither 0 nor 1"),
        ("text,{all}\nx,1,2,0,0,0,0,0,0,0\n", "security: '2' is neither 0 nor 1"),
    ],
)
def test_a_wide_table_must_say_yes_or_no_for_every_label(
    content: str, reason: str, codebook: Codebook, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content.replace("{all}", ",".join(codebook.ids)))
    assert read_labelled([path], codebook).problems == [f"{path}:2: {reason}"]


@pytest.mark.parametrize("text", ["x" * 32_768, "bell \x07"])
def test_what_a_cell_cannot_hold_is_refused_and_not_cut(
    text: str, codebook: Codebook, tmp_path: Path
) -> None:
    one = LabelledStatement.model_validate({"text": text, "labels": []})
    with pytest.raises(TableError, match=r"a.xlsx:2: text does not fit an XLSX cell"):
        FORMATS["table"].write(tmp_path / "a.xlsx", [one], codebook)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_holds_features_and_splits(
    thousand: list[LabelledStatement], codebook: Codebook, tmp_path: Path
) -> None:
    import datasets

    FORMATS["hugging-face"].write(tmp_path / "a", thousand, codebook)
    loaded = datasets.load_dataset(str(tmp_path / "a"), cache_dir=str(tmp_path / "cache"))
    assert {name: len(part) for name, part in loaded.items()}.keys() == {
        "train",
        "validation",
        "test",
    }
    assert sum(map(len, loaded.values())) == 1000
    assert loaded["train"].features["labels"].feature.names == list(codebook.ids)
    loaded.save_to_disk(str(tmp_path / "saved"))
    back = read_labelled([tmp_path / "saved"], codebook, FORMATS["hugging-face"])
    assert by_id(back.statements) == by_id(thousand)
    with pytest.raises(TableError, match="exists already"):
        FORMATS["hugging-face"].write(tmp_path / "a", thousand, codebook)


def test_a_folder_without_data_and_a_file_are_refused(codebook: Codebook, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "train.parquet").write_text("no")
    for name, reason in (
        ("empty", "holds no Parquet or Arrow file"),
        ("none", "not a folder"),
        ("bad", "not a .parquet file"),
    ):
        with pytest.raises(TableError, match=reason):
            read_labelled([tmp_path / name], codebook, FORMATS["hugging-face"])


def test_the_interface_offers_every_label(codebook: Codebook) -> None:
    from xml.etree import ElementTree

    view = ElementTree.fromstring(interface(codebook))  # noqa: S314  (our own text)
    assert [c.get("value") for c in view.iter("Choice")] == list(codebook.ids)
    assert view.find("Choices").get("choice") == "multiple"  # type: ignore[union-attr]
