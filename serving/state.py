"""What a running service holds: settings, registry, and an engine for each model in use."""

import asyncio
import logging

from models.loading import load_predictor
from serving.engine import Engine
from serving.settings import Settings

log = logging.getLogger("faultline.service")


class State:
    """Loads a model when it is first asked for and keeps it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.registry = settings.registry
        self._engines: dict[str, Engine] = {}
        self._loading = asyncio.Lock()

    async def start(self) -> None:
        """Load the model in use.

        Raises:
            ModelError: it cannot be loaded.
        """
        path = self.registry.find(self.settings.model)
        self._engines[self.settings.model] = await self._load(str(path))

    async def stop(self) -> None:
        await asyncio.gather(*(engine.stop() for engine in self._engines.values()))

    @property
    def current(self) -> Engine:
        """The engine of the model in use."""
        return self._engines[self.settings.model]

    async def engine(self, wanted: str | None) -> Engine:
        """The engine of ``NAME`` or ``NAME@VERSION``; of the model in use where none is wanted.

        Raises:
            BundleNotFoundError: no model has that name (a folder does not stand for one here).
            BundleDamagedError, BundleMismatchError: the bundle cannot be used.
        """
        if wanted is None or wanted in (self.settings.model, self.current.predictor.reference):
            return self.current
        path = str(self.registry.named(wanted))
        async with self._loading:
            if path not in self._engines:
                self._engines[path] = await self._load(path)
            return self._engines[path]

    async def _load(self, path: str) -> Engine:
        predictor = await asyncio.to_thread(load_predictor, self.registry, path)
        log.info("loaded %s from %s", predictor.reference, path)
        return Engine(predictor, self.settings.queue_statements)
