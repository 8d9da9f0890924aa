"""Files of JSON records, one a line or in one array, with the number of each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from labels.errors import StatementError, TableError
from labels.tables import Row
from labels.writers import written_whole

Parse = Callable[[Mapping[str, Any]], dict[str, Any]]


def read_records(path: Path, parse: Parse) -> Iterator[Row]:
    """Rows of a JSON array or of JSON lines; ``parse`` turns a record into a row's fields.

    A row's ``line`` is the record's place from 1 in an array, else its line.

    Raises:
        TableError: the file cannot be read, or is neither.
    """
    try:
        content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise TableError(path, f"cannot be read ({error.strerror or error})") from error
    if content.lstrip().startswith(b"["):
        try:
            records = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise TableError(path, f"not valid JSON ({error})") from error
        for number, record in enumerate(records, 1):
            yield _row(number, record, parse)
        return
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.strip():
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                yield Row(number, {}, f"not valid JSON ({error})")
            else:
                yield _row(number, record, parse)


def _row(number: int, record: object, parse: Parse) -> Row:
    if not isinstance(record, dict):
        return Row(number, {}, "not a JSON object")
    try:
        return Row(number, parse(record))
    except StatementError as error:
        return Row(number, {}, str(error))


def write_array(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """One JSON array, a record a line.

    Raises:
        TableError: the file cannot be written.
    """
    with written_whole(path) as beside:
        beside.write_bytes(b"[\n" + b",\n".join(map(orjson.dumps, records)) + b"\n]\n")


def write_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line.

    Raises:
        TableError: the file cannot be written.
    """
    with written_whole(path) as beside:
        beside.write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in records))
