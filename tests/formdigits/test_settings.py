"""Settings that say where scans and models lie."""

import pytest

from formdigits.errors import BadSetting
from formdigits.settings import Settings


def test_without_any_setting_everything_lies_in_the_data_folder(tmp_path):
    settings = Settings(data_dir=tmp_path)

    assert settings.allowed_roots == (str(tmp_path / "uploads"),)
    assert (settings.uploads_url, settings.models_url) == ("", "")


def test_folders_and_addresses_stand_in_one_list(tmp_path):
    settings = Settings(data_dir=tmp_path, scan_roots="/scans:s3://bucket/in/:/more scans:s3://other")

    assert settings.allowed_roots[1:] == ("/scans", "s3://bucket/in/", "/more scans", "s3://other")
    assert list(map(str, settings.local_roots[1:])) == ["/scans", "/more scans"]


def test_uploads_on_s3_are_the_first_root(tmp_path):
    settings = Settings(data_dir=tmp_path, uploads_url="s3://bucket/uploads/", scan_roots="/scans")

    assert settings.allowed_roots == ("s3://bucket/uploads", "/scans")
    assert [str(root) for root in settings.local_roots] == ["/scans"]


@pytest.mark.parametrize("name", ["scan_roots", "uploads_url", "models_url"])
@pytest.mark.parametrize(
    "address",
    [
        "http://evil.test/scans",
        "file:///etc",
        "s3://",
        "s3://B",
        "s3://bucket/../other",
        "s3://bucket/a::http://evil.test",
    ],
)
def test_an_address_of_anything_but_s3_is_refused_when_the_program_starts(name, address):
    with pytest.raises(BadSetting, match=f"FORMDIGITS_{name.upper()} is .* must be .*s3://bucket/folder"):
        Settings(**{name: address})


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("MAX_ERROR", "abc", "a number above 0 up to 1"),
        ("MAX_ERROR", "2", "a number above 0 up to 1"),
        ("PORT", "", "a whole number from 0 up to 65535"),
        ("PAGES_PER_CHUNK", "1.5", "a whole number from 1 up to 256"),
        ("LEASE_S", "0", "a number above 0"),
        ("SECOND_OPINION", "tesseract", "'' or 'rapidocr'"),
        ("TASK_EVENTS", "perhaps", "true or false"),
        ("DATA_DIR", __file__, "a folder"),
        ("URL", "localhost:8765", "an address such as http://127.0.0.1:8765"),
        ("URL", "http://localhost:87650", "an address such as http://127.0.0.1:8765"),
        ("URL", "http://[::1", "an address such as http://127.0.0.1:8765"),
    ],
)
def test_a_wrong_value_is_told_with_its_variable_and_what_is_allowed(monkeypatch, name, value, allowed):
    monkeypatch.setenv(f"FORMDIGITS_{name}", value)

    with pytest.raises(BadSetting) as caught:
        Settings()

    assert str(caught.value) == f"FORMDIGITS_{name} is {value!r}, and must be {allowed}"


@pytest.mark.parametrize("address", ["abc", "mysql://clerk:pass-word@host/digits", "sqlite://", "postgresql:/host"])
def test_a_database_that_cannot_be_used_is_told_without_its_password(address):
    with pytest.raises(BadSetting) as caught:
        Settings(database_url=address)

    allowed = "an address such as sqlite:///FILE or postgresql://HOST/DATABASE"
    assert str(caught.value) == f"FORMDIGITS_DATABASE_URL must be {allowed}"


def test_all_wrong_values_are_told_at_once():
    with pytest.raises(BadSetting, match=r"FORMDIGITS_PORT is -1, .*; FORMDIGITS_MAX_ERROR is 2, "):
        Settings(port=-1, max_error=2)
