"""From a model's name to a predictor that is ready to score."""

from models.bundle import load_bundle
from models.onnx_backend import OnnxBackend
from models.predictor import Predictor
from models.registry import Registry


def load_predictor(registry: Registry, wanted: str) -> Predictor:
    """A predictor on the CPU for ``NAME``, ``NAME@VERSION`` or a bundle's folder.

    Raises:
        BundleNotFoundError, BundleDamagedError, BundleMismatchError: see ``load_bundle``.
    """
    bundle = load_bundle(registry.find(wanted))
    return Predictor(bundle, OnnxBackend(bundle.model_path))
