from pathlib import Path

import pytest
import yaml

from labels.codebook import DEFAULT_PATH, Codebook, load_codebook
from labels.errors import CodebookError


def content() -> dict:
    return yaml.load(DEFAULT_PATH.read_text(), yaml.BaseLoader)  # noqa: S506


def test_the_shipped_codebook_has_the_five_core_and_four_companion_labels(
    codebook: Codebook,
) -> None:
    assert codebook.groups() == {
        "core": ("power_competition", "security", "political_culture", "bod", "aod"),
        "companion": ("coop_strategic", "coop_regional", "coop_asymmetric", "conciliation"),
    }
    assert codebook.reference.startswith("us-russia@1.2:sha256-")


def test_any_change_of_wording_changes_the_fingerprint(codebook: Codebook, tmp_path: Path) -> None:
    changed = content()
    changed["labels"][0]["no"][0] += " Or so."
    path = tmp_path / "changed.yaml"
    path.write_text(yaml.safe_dump(changed))
    assert load_codebook(path).fingerprint != codebook.fingerprint


def test_layout_of_the_file_does_not_change_the_fingerprint(
    codebook: Codebook, tmp_path: Path
) -> None:
    path = tmp_path / "same.yaml"
    path.write_text(yaml.safe_dump(content(), sort_keys=True, width=40))
    assert load_codebook(path).fingerprint == codebook.fingerprint


@pytest.mark.parametrize(
    ("break_it", "named"),
    [
        (lambda c: c.pop("version"), "version"),
        (lambda c: c["labels"][2].pop("yes"), "labels.2.yes"),
        (lambda c: c["labels"][0].update(id="Power!"), "labels.0.id"),
        (lambda c: c["labels"][1].update(id="bod"), "stand twice: bod"),
        (lambda c: c.update(colour="red"), "colour"),
    ],
)
def test_a_malformed_codebook_is_refused_naming_the_field(
    break_it: object, named: str, tmp_path: Path
) -> None:
    broken = content()
    break_it(broken)  # type: ignore[operator]
    path = tmp_path / "broken.yaml"
    path.write_text(yaml.safe_dump(broken))
    with pytest.raises(CodebookError, match=named):
        load_codebook(path)


@pytest.mark.parametrize("text", ["labels: [", "\xff", "just text"])
def test_what_is_no_codebook_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(CodebookError, match=r"broken\.yaml"):
        load_codebook(path)


def test_an_unknown_label_is_refused_with_the_known_ones(codebook: Codebook) -> None:
    with pytest.raises(CodebookError, match=r"unknown label 'bood'.*aod"):
        codebook.row(("bood",))
