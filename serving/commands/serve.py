"""``faultline serve``: the HTTP service."""

import ipaddress
from typing import Annotated

import typer

from serving.errors import SettingsError
from serving.settings import load_settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to bind to.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to bind to.")] = None,
    allow_unauthenticated: Annotated[
        bool, typer.Option("--allow-unauthenticated", help="Bind beyond loopback without keys.")
    ] = False,
) -> None:
    """Start the HTTP service; settings come from FAULTLINE_* variables."""
    import uvicorn

    from serving.app import create_app

    settings = load_settings()
    given = {"host": host, "port": port}
    settings = settings.model_copy(update={k: v for k, v in given.items() if v is not None})
    if not allow_unauthenticated and not _is_loopback(settings.host):
        raise SettingsError(
            f"host {settings.host} is beyond loopback and anyone could call the service; "
            "say --allow-unauthenticated if that is meant"
        )
    settings.registry.find(settings.model)
    uvicorn.run(
        create_app(settings), host=settings.host, port=settings.port, log_level=settings.log_level
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
