"""Options that command and HTTP share."""

from collections.abc import Sequence

from models.errors import ThresholdError


def parse_thresholds(given: Sequence[str]) -> dict[str, float]:
    """``LABEL=P`` options as a mapping.

    Raises:
        ThresholdError: an option has not that form.
    """
    found: dict[str, float] = {}
    for option in given:
        label, equals, value = option.partition("=")
        try:
            if not equals:
                raise ValueError
            found[label.strip()] = float(value)
        except ValueError:
            raise ThresholdError(f"threshold {option!r}: write LABEL=P, e.g. bod=0.4") from None
    return found
