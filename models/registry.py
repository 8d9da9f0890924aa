"""Where bundles are found: by name and version under a folder, or by their own folder."""

import re
from collections.abc import Iterator
from pathlib import Path

from models.bundle import MANIFEST, Manifest, read_manifest
from models.errors import BundleNotFoundError, ModelError

SHIPPED_DIR = Path(__file__).parent
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VERSION = re.compile(r"\d+\.\d+\.\d+")


class Registry:
    """Bundles laid out as ``root/name/version/``; earlier roots win."""

    def __init__(self, roots: tuple[Path, ...] = (SHIPPED_DIR,)) -> None:
        self._roots = roots

    def versions(self) -> Iterator[tuple[Path, Manifest | ModelError]]:
        """Every bundle's folder with its manifest, or with what keeps that from being read."""
        for root in self._roots:
            for path in sorted(root.glob(f"*/*/{MANIFEST}")):
                try:
                    yield path.parent, read_manifest(path.parent)
                except ModelError as error:
                    yield path.parent, error

    def named(self, wanted: str) -> Path:
        """The folder of ``NAME@VERSION``, or of the newest version of ``NAME``.

        Raises:
            BundleNotFoundError: nothing has that name and version.
        """
        name, _, version = wanted.partition("@")
        found = [
            (_order(path.name), path)
            for path, _manifest in self.versions()
            if path.parent.name == name and version in ("", path.name)
        ]
        if found:
            return max(found)[1]
        names = sorted({path.parent.name for path, _manifest in self.versions()})
        raise BundleNotFoundError(f"no model {wanted!r} (there are: {', '.join(names) or 'none'})")

    def find(self, wanted: str) -> Path:
        """As ``named``; a folder that holds a bundle may stand for a name.

        Raises:
            BundleNotFoundError: no such name, and no bundle in a folder of that name.
        """
        if (Path(wanted) / MANIFEST).exists():
            return Path(wanted)
        return self.named(wanted)


def name_and_version(folder: Path) -> tuple[str, str]:
    """``NAME/1.2.3`` is that name and version; any other folder is its name's version 1.0.0.

    Raises:
        ModelError: the name is not one a model can have.
    """
    versioned = _VERSION.fullmatch(folder.name)
    name = folder.parent.name if versioned else folder.name
    if not _NAME.fullmatch(name):
        raise ModelError(f"{name!r}: a model's name is of letters, digits, '.', '_' and '-'")
    return name, folder.name if versioned else "1.0.0"


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
