"""Errors of the service, and the one table that gives every error its HTTP status."""

from labels.errors import AgreementError, CodebookError, LabelsError, StatementError, TableError
from models.errors import (
    BundleDamagedError,
    BundleExistsError,
    BundleMismatchError,
    BundleNotFoundError,
    ModelError,
    ThresholdError,
)


class ServingError(Exception):
    """Base of the errors of this package; its text is one line for the user."""


class SettingsError(ServingError):
    """A setting is unknown or out of range."""


class ExtraMissingError(ServingError):
    """A command needs packages that are not installed; the text says which extra brings them."""


class QueueFullError(ServingError):
    """More statements wait than the queue holds."""


class WorkerStoppedError(ServingError):
    """The thread that scores is gone."""


class BodyTooLargeError(ServingError):
    """A request is over a limit; the text names the limit."""


class MediaTypeError(ServingError):
    """A request's content type is not taken here."""


STATUS: dict[type[Exception], int] = {
    LabelsError: 422,
    CodebookError: 422,
    StatementError: 422,
    TableError: 422,
    AgreementError: 422,
    ModelError: 500,
    BundleNotFoundError: 404,
    BundleDamagedError: 500,
    BundleMismatchError: 500,
    BundleExistsError: 409,
    ThresholdError: 422,
    ServingError: 500,
    SettingsError: 500,
    ExtraMissingError: 500,
    QueueFullError: 503,
    WorkerStoppedError: 503,
    BodyTooLargeError: 413,
    MediaTypeError: 415,
}
