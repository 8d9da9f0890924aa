"""What can be wrong with a codebook, a statement or a file of them."""

from pathlib import Path


class LabelsError(Exception):
    """Base of the errors of this package; its text is one line for the user."""


class CodebookError(LabelsError):
    """A codebook is unreadable or malformed, or a label is not in it."""


class StatementError(LabelsError):
    """One statement cannot be used; the text names the field."""


class TableError(LabelsError):
    """A whole file cannot be read or written; the text names file and, where known, line."""

    def __init__(self, path: Path, reason: str, line: int | None = None) -> None:
        where = f"{path}:{line}" if line else str(path)
        super().__init__(f"{where}: {reason}")


class AgreementError(LabelsError):
    """No statement was coded twice, so there is nothing to compare."""
