import pytest
from pydantic import ValidationError

from serving.errors import SettingsError
from serving.settings import Settings, load_settings


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAULTLINE_PORT", "9000")
    assert load_settings().port == 9000


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("FAULTLINE_PROT", "1", "FAULTLINE_PROT: no such setting"),
        ("FAULTLINE_PORT", "70000", "FAULTLINE_PORT: Input should be less than or equal to 65535"),
        ("FAULTLINE_QUEUE_STATEMENTS", "10", "queue_statements is below max_statements"),
    ],
)
def test_a_bad_setting_is_refused(
    name: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=message):
        load_settings()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())
