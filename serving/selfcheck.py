"""What ``make run`` runs: start the service, score one statement over HTTP, and stay up."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from serving.settings import load_settings

STATEMENT = {
    "id": "self-check",
    "actor": "RU",
    "text": "They moved missiles up to our borders, and we were forced to answer in kind.",
}
START_SECONDS = 60


def main() -> int:
    settings = load_settings()
    url = f"http://{settings.host}:{settings.port}"
    command = [str(Path(sys.executable).with_name("faultline")), "serve"]
    with subprocess.Popen(command) as service:  # noqa: S603
        try:
            _wait(url, service)
            print(json.dumps(_score(url), indent=2))  # noqa: T201
            print(f"\nFaultline answers at {url} (docs: {url}/docs). Ctrl-C stops it.", flush=True)  # noqa: T201
            return service.wait()
        except KeyboardInterrupt:
            return service.wait()
        finally:
            service.terminate()


def _wait(url: str, service: "subprocess.Popen[bytes]") -> None:
    """Until the service is ready.

    Raises:
        SystemExit: it stopped, or is not ready in time.
    """
    for _ in range(START_SECONDS * 10):
        if service.poll() is not None:
            sys.exit("the service stopped before it was ready")
        try:
            with urllib.request.urlopen(f"{url}/health/ready"):  # noqa: S310
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    sys.exit(f"the service was not ready within {START_SECONDS} s")


def _score(url: str) -> object:
    body = json.dumps({"statements": [STATEMENT]}).encode()
    request = urllib.request.Request(  # noqa: S310
        f"{url}/v1/score", body, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return json.load(answer)["results"][0]


if __name__ == "__main__":
    sys.exit(main())
