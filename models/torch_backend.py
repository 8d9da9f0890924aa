"""The torch backend: the float model as it was trained, for the fidelity gate."""

import torch

from models.backend import Floats, Ints


class TorchBackend:
    """A ``Backend`` on a torch module whose ``forward(input_ids, attention_mask, token_type_ids)``
    returns logits."""

    def __init__(self, network: torch.nn.Module) -> None:
        self._network = network.eval()

    def logits(self, ids: Ints, mask: Ints, types: Ints) -> Floats:
        with torch.inference_mode():
            found = self._network(*(torch.from_numpy(array) for array in (ids, mask, types)))
        logits: Floats = found.float().numpy()
        return logits
