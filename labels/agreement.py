"""How far coders agree: Krippendorff's alpha a label and, with MASI distance, on whole codings."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labels.codebook import Codebook
from labels.errors import AgreementError
from labels.statement import LabelledStatement, document_of

RESAMPLES = 1000
LEVEL = 95
Floats = NDArray[np.float64]
Coding = frozenset[str]
_NOMINAL = 1.0 - np.eye(2)


def agreement(statements: Sequence[LabelledStatement], codebook: Codebook) -> dict[str, Any]:
    """Alpha by label and of whole codings, and what the rulings changed.

    Statements with fewer than two ``coders`` are left out. Intervals are percentiles of a bootstrap
    that resamples whole documents (1,000 times, seed 0). ``disputed`` counts the statements whose
    coders differ on a label, ``changed`` those whose final label is not the first coder's.

    Raises:
        AgreementError: no statement has two coders.
    """
    twice = [s for s in statements if len(s.coders or ()) > 1]
    if not twice:
        raise AgreementError("no statement holds two codings (field coders)")
    codings = [[frozenset(coding) for coding in s.coders or ()] for s in twice]
    finals = [frozenset(s.labels) for s in twice]
    documents = [document_of(s, place) for place, s in enumerate(twice)]
    firsts = [coding[0] for coding in codings]
    return {
        "statements": len(twice),
        "documents": len(set(documents)),
        "labels": {
            label: {
                "coded": [sum(label in c[place] for c in codings) for place in (0, 1)],
                "disputed": sum(len({label in one for one in c}) > 1 for c in codings),
                "changed": sum(
                    (label in a) != (label in b) for a, b in zip(firsts, finals, strict=True)
                ),
                **_alpha([[label in one for one in c] for c in codings], documents, _NOMINAL),
            }
            for label in codebook.ids
        },
        "whole": {
            "disputed": sum(len(set(c)) > 1 for c in codings),
            "changed": sum(a != b for a, b in zip(firsts, finals, strict=True)),
            **_whole(codings, documents),
        },
    }


def _whole(codings: Sequence[Sequence[Coding]], documents: Sequence[str]) -> dict[str, Any]:
    values = sorted({one for coding in codings for one in coding}, key=sorted)
    place = {value: number for number, value in enumerate(values)}
    distance = np.array([[masi(a, b) for b in values] for a in values])
    return _alpha([[place[one] for one in coding] for coding in codings], documents, distance)


def masi(one: Coding, other: Coding) -> float:
    """MASI distance of two label sets, 0 equal to 1 disjoint (Passonneau 2006, LREC)."""
    if one == other:
        return 0.0
    shared = len(one & other)
    if not shared:
        return 1.0
    monotonicity = 2 / 3 if one < other or other < one else 1 / 3
    return 1 - shared / len(one | other) * monotonicity


def _alpha(
    codings: Sequence[Sequence[int]], documents: Sequence[str], distance: Floats
) -> dict[str, Any]:
    size = len(distance)
    _, row = np.unique(np.asarray(documents), return_inverse=True)
    pairs = [_pairs(coding, size) for coding in codings]
    at = np.repeat(row, [len(cells) for cells, _ in pairs])
    cells, counts = (np.concatenate(part) for part in zip(*pairs, strict=True))

    def coincidences(times: Floats) -> Floats:
        found: Floats = np.zeros(size * size)
        found += np.bincount(cells, weights=counts * times[at], minlength=size * size)
        return found.reshape(size, size)

    documents_in = row.max() + 1
    draw = np.random.default_rng(0)
    even = np.full(documents_in, 1 / documents_in)
    drawn = (draw.multinomial(documents_in, even).astype(float) for _ in range(RESAMPLES))
    resampled = np.array([alpha_of(coincidences(times), distance) for times in drawn])
    edges = np.array([(100 - LEVEL) / 2, (100 + LEVEL) / 2])
    varied = resampled[~np.isnan(resampled)]
    return {
        "alpha": alpha_of(coincidences(np.ones(documents_in)), distance),
        "interval": np.percentile(varied, edges).tolist() if len(varied) else [float("nan")] * 2,
    }


def _pairs(coding: Sequence[int], size: int) -> tuple[NDArray[np.intp], Floats]:
    """Cells of the coincidence matrix that one statement's codings fill, and by how much."""
    values, counts = np.unique(coding, return_counts=True)
    found = (np.outer(counts, counts) - np.diag(counts)) / (len(coding) - 1)
    cells = (values[:, None] * size + values[None, :]).ravel()
    return cells, found.ravel()


def alpha_of(coincidences: Floats, distance: Floats) -> float:
    """Alpha of a coincidence matrix (values, values) (Krippendorff 2019, ch. 12).

    It stands here rather than in a package because coincidences add up over documents, so that a
    bootstrap need not count them anew. nan where nothing varies.
    """
    margins = coincidences.sum(1)
    total = margins.sum()
    observed = (coincidences * distance).sum() / total
    expected = (np.outer(margins, margins) * distance).sum() / (total * (total - 1))
    return float(1 - observed / expected) if expected > 0 else float("nan")
