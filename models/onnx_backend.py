"""The CPU backend: ONNX Runtime, no torch."""

from pathlib import Path

import numpy as np
import onnxruntime as ort

from models.backend import Floats, Ints
from models.errors import BundleDamagedError


class OnnxBackend:
    """A ``Backend`` on ONNX Runtime.

    Raises:
        BundleDamagedError: the file is not a model that ONNX Runtime can run.
    """

    def __init__(self, path: Path, threads: int = 0) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads  # 0: as many as there are cores
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime's own classes share no base but Exception
            raise BundleDamagedError(f"{path}: not a model ONNX Runtime can run") from error
        self._inputs = {entry.name for entry in self._session.get_inputs()}

    def logits(self, ids: Ints, mask: Ints, types: Ints) -> Floats:
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        (found,) = self._session.run(
            ["logits"], {name: feed[name] for name in feed if name in self._inputs}
        )
        return np.asarray(found, dtype=np.float32)
