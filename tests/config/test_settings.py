"""A wrong setting stops the start and names itself; all of them at once."""

from pathlib import Path

import pytest

from config import settings as config
from config.settings import WrongSettings, load

GOOD = {
    "SECRET_KEY": "0123456789abcdef",
    "WECHAT_APP_ID": "wx1",
    "WECHAT_APP_SECRET": "very-secret",
    "WECHAT_TOKEN": "token",
}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*config.Settings.model_fields,):
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(config, "ROOT", tmp_path)
    monkeypatch.setattr(config, "DEMO_ENV", tmp_path / "demo.env")


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in {**GOOD, **values}.items():
        monkeypatch.setenv(name, value)


def test_the_defaults_are_the_embedded_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, REDIS_URL="", WECHAT_ENCODING_AES_KEY="")
    found = load()
    assert found.database_url.startswith("sqlite:///")
    assert (found.redis_url, found.port, found.timezone, found.aes_keys) == (None, 8000, "Asia/Shanghai", ())


def test_every_wrong_setting_is_named_at_once_and_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    given(
        monkeypatch,
        SECRET_KEY="short-secret",
        DATABASE_URL="mysql://u:pw-secret@h/d",
        REDIS_URL="localhost:6379",
        PORT="eighty",
        TIMEZONE="Mars/Base",
        WECHAT_ENCODING_AES_KEY="key-secret",
        WECHAT_ACCOUNT_TYPE="personal",
        PUBLIC_URL="example.com",
    )
    monkeypatch.delenv("WECHAT_APP_SECRET")
    with pytest.raises(WrongSettings) as caught:
        load()
    said = str(caught.value)
    for name in (
        "SECRET_KEY",
        "DATABASE_URL",
        "REDIS_URL",
        "PORT",
        "TIMEZONE",
        "WECHAT_ENCODING_AES_KEY",
        "WECHAT_ACCOUNT_TYPE",
        "PUBLIC_URL",
        "WECHAT_APP_SECRET: is missing",
    ):
        assert name in said
    assert "-secret" not in said


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("WECHAT_APP_ID=wx-file\nPORT=9000\n")
    given(monkeypatch)
    assert (load().wechat_app_id, load().port) == ("wx1", 9000)


def test_the_demo_s_settings_count_only_where_no_account_is_configured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "demo.env").write_text(
        "".join(f"{k}={v}\n" for k, v in GOOD.items()) + "WECHAT_ENCODING_AES_KEY=" + "A" * 43
    )
    assert len(load().aes_keys) == 1
    given(monkeypatch)
    assert load().aes_keys == ()


def test_a_previous_key_without_a_current_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, WECHAT_ENCODING_AES_KEY_PREVIOUS="A" * 43)
    with pytest.raises(WrongSettings, match="without WECHAT_ENCODING_AES_KEY"):
        load()
