"""Models and their versions, as far as they can be read."""

from typing import Any

from fastapi import APIRouter, Request

from models.bundle import Manifest
from serving.state import State

router = APIRouter(prefix="/v1/models", tags=["models"])


@router.get("", summary="Models at hand; the one in use is marked")
def models(request: Request) -> dict[str, Any]:
    state: State = request.app.state.faultline
    in_use = state.current.predictor.reference
    return {
        "object": "list",
        "data": [
            _entry(manifest, in_use=manifest.reference == in_use)
            for _path, manifest in state.registry.versions()
            if isinstance(manifest, Manifest)
        ],
    }


def _entry(manifest: Manifest, *, in_use: bool) -> dict[str, Any]:
    return {
        "object": "model",
        "id": manifest.reference,
        "name": manifest.name,
        "version": manifest.version,
        "in_use": in_use,
        "created": manifest.created,
        "codebook": manifest.codebook,
        "backbone": manifest.backbone,
        "decisions": {label: d.model_dump() for label, d in manifest.decisions.items()},
        "metrics": manifest.metrics,
    }
