"""What the exchange formats share: a statement's fields, and how several codings become one."""

from collections.abc import Mapping, Sequence
from typing import Any

from labels.errors import StatementError
from labels.statement import LabelledStatement


def fields_of(statement: LabelledStatement) -> dict[str, Any]:
    """All fields that a statement has, as JSON types."""
    return statement.model_dump(mode="json", exclude_none=True)


def without(fields: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The other fields."""
    return {name: value for name, value in fields.items() if name not in names}


def settled(ruled: Sequence[str] | None, codings: Sequence[Sequence[str]]) -> dict[str, Any]:
    """``labels``, and ``coders`` where there are several codings or a ruling stands beside them.

    Raises:
        StatementError: no coding at all, or coders differ and nothing rules.
    """
    if ruled is None:
        if not codings:
            raise StatementError("labels: nobody has coded it")
        sets = [frozenset(coding) for coding in codings]
        differ = sorted(frozenset.union(*sets) - frozenset.intersection(*sets))
        if differ:
            raise StatementError(f"labels: coders differ on {', '.join(differ)} and nothing rules")
        if len(codings) == 1:
            return {"labels": list(codings[0])}
        ruled = codings[0]
    kept = [list(coding) for coding in codings]
    return {"labels": list(ruled), **({"coders": kept} if kept else {})}


def mapping(value: object, field: str) -> Mapping[str, Any]:
    """``value`` as an object, an absent one empty.

    Raises:
        StatementError: it is something else; the text names ``field``.
    """
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    raise StatementError(f"{field}: not an object")


def mappings(value: object, field: str) -> list[Mapping[str, Any]]:
    """``value`` as a list of objects, an absent one empty.

    Raises:
        StatementError: it is something else; the text names ``field``.
    """
    if value is None:
        return []
    if isinstance(value, list):
        return [mapping(part, field) for part in value]
    raise StatementError(f"{field}: not a list of objects")


def strings(value: object, field: str) -> list[str]:
    """``value`` as a list of strings.

    Raises:
        StatementError: it is something else; the text names ``field``.
    """
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return list(value)
    raise StatementError(f"{field}: not a list of labels")
