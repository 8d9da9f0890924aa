"""The application: wires state, routes and the error table, and nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from serving import problems
from serving.routes import codebook, health, models, score
from serving.settings import Settings
from serving.state import State


def create_app(settings: Settings) -> FastAPI:
    """The service; its model is loaded when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.faultline = State(settings)
        await app.state.faultline.start()
        yield
        await app.state.faultline.stop()

    app = FastAPI(
        title="Faultline",
        version=version("faultline"),
        description="Codes statements of official documents and speeches for the variables and "
        "strategies of Russia–U.S. tension. Scores are calibrated probabilities, each label's "
        "independent of the others.",
        lifespan=lifespan,
    )
    for part in (score, codebook, models, health):
        app.include_router(part.router)
    problems.install(app)
    return app
