"""Settings that say where scans and models lie."""

import pytest
from pydantic import ValidationError

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
    with pytest.raises(ValidationError, match=name):
        Settings(**{name: address})
