"""The wheel, installed alone, serves from a folder that has packages of our names."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=True)
    subprocess.run(
        [folder / "env/bin/pip", "install", "--quiet", wheel], check=True, capture_output=True
    )
    return folder / "env"


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A working folder whose own ``models`` and ``labels`` must not be imported."""
    for name in ("models", "labels", "serving", "training"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('the wrong package')")
    return tmp_path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def service(installed: Path, trap: Path) -> Iterator[str]:
    port = free_port()
    command = [installed / "bin/faultline", "serve", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, cwd=trap) as process:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/health/ready")
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.1)
        yield url
        process.terminate()


def test_the_wheel_serves_from_anywhere(service: str) -> None:
    body = json.dumps({"statements": [{"text": "Tanks crossed the border."}]}).encode()
    request = urllib.request.Request(
        f"{service}/v1/score", body, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        assert "security" in json.load(answer)["results"][0]["labels"]


def test_the_wheel_scores_and_lists_from_anywhere(installed: Path, trap: Path) -> None:
    (trap / "a.csv").write_text("text\nTanks crossed the border.\n")
    for arguments in (["score", "a.csv"], ["models", "verify"], ["labels", "check"]):
        done = subprocess.run(
            [installed / "bin/faultline", *arguments],
            cwd=trap,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_training_without_its_extra_says_which(installed: Path, trap: Path) -> None:
    done = subprocess.run(
        [installed / "bin/faultline", "train", "-o", "x"],
        cwd=trap,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "faultline[train]" in done.stderr


def test_the_serving_environment_is_small_and_has_no_torch(installed: Path) -> None:
    site = next((installed / "lib").glob("python3*/site-packages"))
    assert not (site / "torch").exists()
    size = sum(f.stat().st_size for f in site.rglob("*") if f.is_file() and not f.is_symlink())
    assert size < 500_000_000
    assert os.path.exists(site / "models" / "default")
