"""The model card, from the manifest alone."""

from typing import Any

from labels.codebook import Codebook


def render_card(manifest: dict[str, Any], codebook: Codebook) -> str:
    """Markdown in the form of a Hugging Face model card."""
    sections = [
        _header(manifest),
        f"# {manifest['name']} {manifest['version']}\n\nCodes statements of official documents and "
        f"speeches by the codebook *{codebook.title}* (`{codebook.reference}`). Scores are "
        "calibrated probabilities; each label is independent of the others.",
        "## Labels\n\n" + "\n".join(f"- `{i.id}`: {i.definition}" for i in codebook.labels),
        _made(manifest),
        _measured(manifest),
        LIMITS,
    ]
    return "\n\n".join(sections) + "\n"


def _header(manifest: dict[str, Any]) -> str:
    return "\n".join(
        [
            "---",
            "license: apache-2.0",
            "language: en",
            "pipeline_tag: text-classification",
            f"base_model: {manifest['backbone']['name']}",
            "tags: [multi-label, international-relations, content-analysis, onnx]",
            "---",
        ]
    )


def _made(manifest: dict[str, Any]) -> str:
    training, splits = manifest["training"], manifest["training"]["splits"]
    counts = ", ".join(f"{count} {name}" for name, count in splits.items())
    fidelity = manifest["fidelity"]
    return (
        "## How it was made\n\n"
        f"Backbone `{manifest['backbone']['name']}`, fine-tuned on {training['statements']} "
        f"labelled statements ({counts}; split by document; sha256 "
        f"`{training['data_sha256'][:16]}…`). The project's own statements are written for "
        "training, in the manner of officials, and were spoken by no one. Calibration "
        f"({_methods(manifest)}), thresholds and review bands are fitted on the "
        f"{_decided_on(manifest)}. Exported to ONNX with 8-bit weights; against the float model "
        f"{fidelity['label_agreement']:.2%} of decisions agree and probabilities differ by "
        f"{fidelity['mean_difference']:.4f} on average."
    )


def _methods(manifest: dict[str, Any]) -> str:
    used = {decision["calibration"]["method"] for decision in manifest["decisions"].values()}
    return ", ".join(sorted(used))


def _decided_on(manifest: dict[str, Any]) -> str:
    return str(
        manifest.get("calibration", {}).get("decided_on", manifest["training"]["decided_on"])
    )


def _measured(manifest: dict[str, Any]) -> str:
    metrics = manifest["metrics"]
    if not metrics:
        return "## What was measured\n\nNothing: no coded statements were at hand."
    written = "" if manifest.get("calibration") else WRITTEN
    head = (
        "| label | gold | precision | recall | F1 | 95 % interval | AP | alpha | ECE |\n"
        "|---|---|---|---|---|---|---|---|---|"
    )
    rows = [
        f"| `{label}` | {row['support']} | {row['precision']:.2f} | {row['recall']:.2f} | "
        f"{row['f1']:.2f} | {row['f1_interval'][0]:.2f}–{row['f1_interval'][1]:.2f} | "
        f"{row['average_precision']:.2f} | {row['alpha']:.2f} | {row['calibration_error']:.3f} |"
        for label, row in metrics["labels"].items()
    ]
    overall = [
        f"- {name}: {figure['value']:.3f} [{low:.3f}, {high:.3f}]"
        for name, figure in metrics["overall"].items()
        for low, high in [figure["interval"]]
    ]
    return "\n".join(
        [
            f"## What was measured\n\nOn the {metrics['measured_on']}: {metrics['statements']} "
            f"statements of {metrics['documents']} documents the model never saw. {written}"
            "F1 is of the positive class; intervals are from a bootstrap over "
            "documents.\n",
            head,
            *rows,
            "",
            *overall,
        ]
    )


WRITTEN = (
    "These are written statements: expect lower figures on real speeches, and measure on a coded "
    "sample of your own. "
)

LIMITS = """## Use and limits

Meant for coding English statements of one to three sentences about Russia–U.S. relations, as a
first coder or a second one beside people. Decisions inside the review band are marked: a person
should look. Not meant for judging persons, for other languages, for other conflicts by analogy, or
for counting labels without correction for the model's errors. It codes what is said, not whether it
is true."""
