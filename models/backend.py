"""The narrow protocol between tokens and scores."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


class Backend(Protocol):
    """Runs the network on one batch."""

    def logits(self, ids: Ints, mask: Ints, types: Ints) -> Floats:
        """Logits (windows, labels) in codebook order for token ids (windows, tokens).

        ``mask`` is 1 on tokens and 0 on padding. A row's logits must not depend on the other rows
        beyond float rounding (1e-5 after the sigmoid).
        """
        ...
