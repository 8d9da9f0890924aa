"""What can stop a training; each text is one line for the user."""


class TrainingError(Exception):
    """Base of the errors of this package."""


class RecipeError(TrainingError):
    """The recipe cannot be read or a value is out of range."""


class BackboneError(TrainingError):
    """The backbone is not to be found or is of no use here."""


class DataError(TrainingError):
    """The labelled statements cannot be trained on."""


class FidelityError(TrainingError):
    """The exported model does not score as the float model does."""
