import shutil
from pathlib import Path

import pytest

from models.bundle import MANIFEST, Bundle, Manifest
from models.errors import BundleNotFoundError, ModelError
from models.registry import SHIPPED_DIR, Registry


@pytest.fixture
def root(default_bundle: Bundle, tmp_path: Path) -> Path:
    for version in ("1.9.0", "1.10.0"):
        folder = tmp_path / "mine" / version
        folder.mkdir(parents=True)
        shutil.copy(default_bundle.path / MANIFEST, folder)
    return tmp_path


def test_a_name_is_its_newest_version(root: Path) -> None:
    assert Registry((root,)).named("mine") == root / "mine" / "1.10.0"
    assert Registry((root,)).named("mine@1.9.0") == root / "mine" / "1.9.0"


def test_a_folder_stands_for_a_name_on_the_command_line_only(root: Path) -> None:
    folder = root / "mine" / "1.9.0"
    assert Registry().find(str(folder)) == folder
    with pytest.raises(BundleNotFoundError):
        Registry().named(str(folder))


@pytest.mark.parametrize("wanted", ["mine@2.0.0", "other", "../mine", "*", ""])
def test_what_is_not_there_is_refused_with_what_is(wanted: str, root: Path) -> None:
    with pytest.raises(BundleNotFoundError, match="there are: mine"):
        Registry((root,)).named(wanted)


def test_a_damaged_manifest_is_listed_as_damaged(root: Path) -> None:
    (root / "mine" / "1.9.0" / MANIFEST).write_text("{")
    found = [manifest for _, manifest in Registry((root,)).versions()]
    assert [type(m) is Manifest for m in found] == [True, False]
    assert isinstance(found[1], ModelError)


def test_own_bundles_come_before_shipped_ones(root: Path) -> None:
    names = [path.parent.name for path, _ in Registry((root, SHIPPED_DIR)).versions()]
    assert names == ["mine", "mine", "default"]
