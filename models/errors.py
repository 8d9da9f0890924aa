"""What can be wrong with a model or with what it is asked."""


class ModelError(Exception):
    """Base of the errors of this package; its text is one line for the user."""


class BundleNotFoundError(ModelError):
    """No bundle has that name, version or folder."""


class BundleDamagedError(ModelError):
    """A bundle's file is missing, altered or unreadable."""


class BundleMismatchError(ModelError):
    """A bundle's parts do not belong together, or its format is another version's."""


class BundleExistsError(ModelError):
    """A bundle is immutable: its place is taken."""


class ThresholdError(ModelError):
    """A threshold is for no label of the codebook, or not a probability."""
