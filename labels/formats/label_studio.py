"""Label Studio JSON: one task a statement, one annotation a coder, the ruling as ground truth."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from labels.codebook import Codebook
from labels.errors import StatementError
from labels.formats.files import write_array
from labels.formats.record import fields_of, mapping, mappings, settled, strings, without
from labels.statement import LabelledStatement
from labels.writers import written_whole

CONTROL = "labels"
OBJECT = "text"


def parse(task: Mapping[str, Any]) -> dict[str, Any]:
    """A row of one task. Cancelled annotations are passed over.

    Raises:
        StatementError: the text names the field.
    """
    data = task.get("data")
    if not isinstance(data, dict):
        raise StatementError("data: Field required")
    annotations = mappings(task.get("annotations"), "annotations")
    annotations = [a for a in annotations if not a.get("was_cancelled")]
    truths = [_choices(a) for a in annotations if a.get("ground_truth")]
    if len(truths) > 1:
        raise StatementError("annotations: more than one is ground truth")
    codings = [_choices(a) for a in annotations if not a.get("ground_truth")]
    identity = {"id": task["id"]} if "id" in task else {}
    return {**identity, **data, **settled(truths[0] if truths else None, codings)}


def _choices(annotation: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    results = mappings(annotation.get("result"), "result")
    ours = [r for r in results if (r.get("type"), r.get("from_name")) == ("choices", CONTROL)]
    if results and not ours:
        other = results[0].get("from_name")
        raise StatementError(f"result: no choices of {CONTROL!r} (but of {other!r})")
    for result in ours:
        found += strings(mapping(result.get("value"), "value").get("choices"), "choices")
    return found


def write(path: Path, statements: Sequence[LabelledStatement], codebook: Codebook) -> None:
    """Tasks, and beside them ``PATH.xml``: the labelling interface they need.

    Raises:
        TableError: a file cannot be written.
    """
    write_array(path, (_task(number, s) for number, s in enumerate(statements, 1)))
    with written_whole(path.with_name(f"{path.name}.xml")) as beside:
        beside.write_text(interface(codebook), encoding="utf-8")


def _task(number: int, statement: LabelledStatement) -> dict[str, Any]:
    fields = fields_of(statement)
    codings = [(labels, False) for labels in fields.get("coders", ())]
    codings.append((fields["labels"], statement.coders is not None))
    return {
        "id": number,
        # The interface shows ``context``, so Label Studio wants it in every task.
        "data": {"context": "", **without(fields, "labels", "coders")},
        "annotations": [
            {
                "id": number * 100 + place,
                "completed_by": place,
                "was_cancelled": False,
                "ground_truth": ruled,
                "result": [
                    {
                        "id": f"{number}-{place}",
                        "from_name": CONTROL,
                        "to_name": OBJECT,
                        "type": "choices",
                        "value": {"choices": labels},
                    }
                ],
            }
            for place, (labels, ruled) in enumerate(codings, 1)
        ],
    }


def interface(codebook: Codebook) -> str:
    """Label Studio's labelling configuration for a codebook."""
    choices = "\n".join(
        f"    <Choice value={quoteattr(label.id)} hint={quoteattr(label.name)}/>"
        for label in codebook.labels
    )
    return (
        "<View>\n"
        '  <Text name="context" value="$context"/>\n'
        f'  <Text name="{OBJECT}" value="$text"/>\n'
        f'  <Choices name="{CONTROL}" toName="{OBJECT}" choice="multiple" showInline="true">\n'
        f"{choices}\n  </Choices>\n</View>\n"
    )
