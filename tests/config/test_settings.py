"""A wrong setting stops the start and names itself; all of them at once."""

from pathlib import Path

import pytest

from config import settings as config
from config.settings import WrongSettings, load

GOOD = {
    "SECRET_KEY": "9f2c41d07be85a3614c8f07d2be96a51",
    "PUBLIC_URL": "https://wuwei.example.com",
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


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_an_address_of_ipv6_is_taken_with_brackets_and_without(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    given(monkeypatch, HOST=host, PORT="80")
    assert load().address == "[::1]:80"


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


def test_a_file_of_settings_that_cannot_be_read_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given(monkeypatch)
    (tmp_path / ".env").write_bytes("ACCOUNT_NAME=五微\n".encode("gbk"))  # as an editor of Windows saves it
    with pytest.raises(WrongSettings, match="UTF-8"):
        load()
    (tmp_path / ".env").write_bytes("\ufeffACCOUNT_NAME = '五微'  \r\nPORT=9000\r\n".encode())
    assert (load().account_name, load().port) == ("五微", 9000)
    monkeypatch.delenv("WECHAT_APP_ID")
    (tmp_path / ".env").write_text("wechat_app_id=wx2\n")
    assert (config.is_real_account(), load().wechat_app_id) == (True, "wx2")


def test_a_previous_key_without_a_current_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, WECHAT_ENCODING_AES_KEY_PREVIOUS="A" * 43)
    with pytest.raises(WrongSettings, match="without WECHAT_ENCODING_AES_KEY"):
        load()


@pytest.mark.parametrize(
    "key",
    [
        "kx83-0fjw",
        "a" * 64,
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "qwertyuiopasdfghjklzxcvbnm1234567890",
        "please change this key before you go to production",
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
        "wx0a1b2c3d4e5f6071wx0a1b2c3d4e5f6071wx0a1b2c3d4e5f6071",
        "a7c1e93b40d28f65a7c1e93b40d28f65",
        "correct horse battery staple correct horse",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "E10ADC3949BA59ABBE56E057F20F883E",
    ],
)
def test_a_real_account_does_not_start_with_a_key_that_can_be_guessed(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    account = {"WECHAT_APP_ID": "wx0a1b2c3d4e5f6071", "WECHAT_APP_SECRET": "a7c1e93b40d28f65a7c1e93b40d28f65"}
    given(monkeypatch, SECRET_KEY=key, **account)
    with pytest.raises(WrongSettings, match=r"^These settings cannot be used:\n  SECRET_KEY: .+$") as caught:
        load()
    assert key not in str(caught.value)
    if len(key) >= 16:
        given(monkeypatch, SECRET_KEY=key, DEVELOPMENT="1", **account)
        assert load().development


def test_a_real_account_does_not_start_on_addresses_of_this_machine_and_all_mistakes_are_named_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    near = (
        "localhost:8001",
        "127.1",
        "[::1]:80",
        "0.0.0.0",
        "2130706433",
        "10.0.0.7",
        "[::ffff:127.0.0.1]",
        "simulator",
        "127.0.0.1.nip.io",
        "[::ffff:0:127.0.0.1]",
    )
    for host in near:
        wrong = {
            "SECRET_KEY": "a" * 64,
            "PUBLIC_URL": "http://shops.example.com",
            "WECHAT_API_BASE": f"https://{host}",
            "WECHAT_OAUTH_BASE": f"https://open.weixin.qq.com@{host}/",
            "QUIET_HOURS": "always",
            "WECHAT_ENCODING_AES_KEY_PREVIOUS": "A" * 43,
        }
        given(monkeypatch, DEVELOPMENT="0", **wrong)
        with pytest.raises(WrongSettings) as caught:
            load()
        assert sorted(line.partition(":")[0].strip() for line in str(caught.value).splitlines()[1:]) == sorted(wrong), (
            host
        )
        given(monkeypatch, DEVELOPMENT="1", **wrong | {"QUIET_HOURS": "off", "WECHAT_ENCODING_AES_KEY_PREVIOUS": ""})
        assert load().wechat_api_base == f"https://{host}"
    given(monkeypatch, DEVELOPMENT="", WECHAT_API_BASE="")
    for odd in (
        r"127.0.0.1\@weixin.qq.com",
        "x@weixin.qq.com",
        "weixin..com",
        "weixin.qq.com:0",
        "weixin.qq.com:99999",
    ):
        given(monkeypatch, WECHAT_OAUTH_BASE=f"https://{odd}")
        with pytest.raises(WrongSettings, match="WECHAT_OAUTH_BASE: "):
            load()
    given(monkeypatch, WECHAT_OAUTH_BASE="")
    assert load().public_url == GOOD["PUBLIC_URL"]
    monkeypatch.delenv("PUBLIC_URL")
    with pytest.raises(WrongSettings, match="PUBLIC_URL: must begin with https://"):
        load()
