"""Alpha against the package that scholars cite, MASI against published values."""

import krippendorff
import numpy as np
import pytest

from labels.agreement import agreement, alpha_of, masi
from labels.codebook import Codebook
from labels.errors import AgreementError
from labels.labelled import DATA_DIR, read_labelled
from labels.statement import LabelledStatement


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("a", "a", 0.0),
        ("", "", 0.0),
        ("ab", "abcd", 1 - 1 / 2 * 2 / 3),  # one holds the other
        ("ab", "bc", 1 - 1 / 3 * 1 / 3),  # they overlap
        ("a", "b", 1.0),
        ("", "a", 1.0),
    ],
)
def test_masi_distances_are_those_of_passonneau(one: str, other: str, distance: float) -> None:
    assert masi(frozenset(one), frozenset(other)) == pytest.approx(distance)
    assert masi(frozenset(other), frozenset(one)) == pytest.approx(distance)


def coded(*codings: str, group: str | None = None) -> LabelledStatement:
    coders = [c.split("+") if c else [] for c in codings]
    return LabelledStatement.model_validate(
        {"text": "x", "labels": coders[0], "coders": coders, "group": group}
    )


def test_alpha_of_a_label_is_that_of_the_package(codebook: Codebook) -> None:
    draw = np.random.default_rng(3)
    first = draw.random(300) < 0.3
    second = np.where(draw.random(300) < 0.15, ~first, first)
    statements = [
        coded(*("security" if one else "" for one in pair))
        for pair in zip(first, second, strict=True)
    ]
    found = agreement(statements, codebook)["labels"]["security"]
    want = krippendorff.alpha(np.array([first, second], int), level_of_measurement="nominal")
    assert found["alpha"] == pytest.approx(want)
    low, high = found["interval"]
    assert low < want < high
    assert found["disputed"] == int((first != second).sum())


def test_alpha_of_whole_codings_is_that_of_the_package_under_masi(codebook: Codebook) -> None:
    sets = [("security", "security+bod"), ("bod", "bod"), ("", "aod"), ("aod", "aod"), ("", "")]
    values = sorted({part for pair in sets for part in pair})
    data = np.array([[values.index(part) for part in coder] for coder in zip(*sets, strict=True)])

    def distance(v1: object, v2: object, i1: object, i2: object, **_: object) -> object:
        parts = [frozenset(v.split("+")) - {""} for v in values]
        table = np.array([[masi(a, b) for b in parts] for a in parts])
        return table[np.asarray(i1, int), np.asarray(i2, int)]

    want = krippendorff.alpha(
        data, level_of_measurement=distance, value_domain=list(range(len(values)))
    )
    found = agreement([coded(*pair) for pair in sets], codebook)["whole"]
    assert found["alpha"] == pytest.approx(want)


def test_three_coders_and_missing_ones_are_taken_as_the_package_takes_them(
    codebook: Codebook,
) -> None:
    statements = [
        coded("bod", "bod", "bod"),
        coded("bod", "", ""),
        coded("", ""),
        coded("bod"),
        coded("", "bod"),
    ]
    data = np.array([[1, 1, 0, np.nan, 0], [1, 0, 0, np.nan, 1], [1, 0, np.nan, np.nan, np.nan]])
    want = krippendorff.alpha(data, level_of_measurement="nominal")
    found = agreement(statements, codebook)
    assert found["statements"] == 4
    assert found["labels"]["bod"]["alpha"] == pytest.approx(want)


def test_nothing_that_varies_has_no_alpha() -> None:
    assert np.isnan(alpha_of(np.array([[8.0, 0.0], [0.0, 0.0]]), 1 - np.eye(2)))


def test_no_second_coding_is_said(codebook: Codebook) -> None:
    with pytest.raises(AgreementError, match="no statement holds two codings"):
        agreement([coded("bod")], codebook)


def test_the_shipped_codings_agree(codebook: Codebook) -> None:
    found = agreement(read_labelled([DATA_DIR], codebook).statements, codebook)
    assert all(row["alpha"] >= 0.8 for row in found["labels"].values())
    assert found["whole"]["alpha"] >= 0.8
