"""A statement as it comes in, alone or with the labels a coder gave it."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from labels.errors import StatementError

MAX_TEXT_CHARS = 100_000

ACTORS: Mapping[str, str] = {
    "US": "United States",
    "RU": "Russia",
    "NATO": "NATO",
    "UA": "Ukraine",
}

_ISO_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ]\S+)?)?)?")


def _blank_is_absent(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Optional = Annotated[str | None, BeforeValidator(_blank_is_absent)]


class Statement(BaseModel):
    """One to three sentences, who says them and what stood before. Other fields are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")

    text: str = Field(
        max_length=MAX_TEXT_CHARS,
        description="One to three sentences; longer text is scored in windows.",
    )
    id: str | int | float | None = Field(default=None, description="Given back as it came.")
    actor: Optional = Field(
        default=None, max_length=200, description="Who speaks: US, RU, NATO, UA or free text."
    )
    speaker: Optional = None
    date: Optional = Field(default=None, description="ISO date; a year is enough.")
    title: Optional = None
    context: Optional = Field(
        default=None, max_length=MAX_TEXT_CHARS, description="What was said just before."
    )

    @field_validator("text")
    @classmethod
    def _text_is_not_blank(cls, text: str) -> str:
        if not text.strip():
            raise ValueError("is empty")
        return text

    @field_validator("date", mode="before")
    @classmethod
    def _year_may_be_a_number(cls, date: object) -> object:
        return str(date) if isinstance(date, int) and not isinstance(date, bool) else date

    @field_validator("date")
    @classmethod
    def _date_is_iso(cls, date: str | None) -> str | None:
        if date is not None and not _ISO_DATE.fullmatch(date):
            raise ValueError("is not an ISO date (2022, 2022-02 or 2022-02-24)")
        return date


class LabelledStatement(Statement):
    """A statement with the labels it was given."""

    labels: tuple[str, ...]
    coders: tuple[tuple[str, ...], ...] | None = Field(
        default=None, description="Each coder's own labels, before any ruling, in coding order."
    )
    ruling: Optional = None
    group: Optional = None
    split: Optional = None
    coder: Optional = None
    source: Optional = None


def document_of(statement: LabelledStatement, place: int) -> str:
    """The document a statement at ``place`` belongs to: ``doc_id``, ``group`` or itself."""
    named = (statement.model_extra or {}).get("doc_id", statement.group)
    return f"statement {place}" if named in (None, "") else str(named)


def parse_statement(row: Mapping[str, Any]) -> Statement:
    """A statement from one row of a file.

    Raises:
        StatementError: the text names the first bad field.
    """
    return _parse(Statement, row)


def parse_labelled(row: Mapping[str, Any]) -> LabelledStatement:
    """A labelled statement from one row; empty fields count as absent.

    In a row of text cells ``labels`` is ``a|b`` and ``coders`` JSON.

    Raises:
        StatementError: the text names the first bad field.
    """
    fields = {name: value for name, value in row.items() if value not in (None, "")}
    if isinstance(row.get("labels"), str):
        fields["labels"] = [part.strip() for part in row["labels"].split("|") if part.strip()]
    if isinstance(row.get("text"), str):
        fields["text"] = row["text"]
    if isinstance(row.get("coders"), str) and row["coders"]:
        try:
            fields["coders"] = json.loads(row["coders"])
        except json.JSONDecodeError as error:
            raise StatementError(f"coders: not JSON ({error})") from error
    return _parse(LabelledStatement, fields)


S = TypeVar("S", bound=Statement)


def _parse(kind: type[S], row: Mapping[str, Any]) -> S:
    try:
        return kind.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        field = first["loc"][0]
        reason = first["msg"].removeprefix("Value error, ")
        raise StatementError(f"{field}: {reason}") from error
