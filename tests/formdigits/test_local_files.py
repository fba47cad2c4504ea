"""Files in a folder that others write into meanwhile."""

from concurrent.futures import ThreadPoolExecutor

from formdigits.local_files import LocalFiles


def test_a_listing_passes_over_a_folder_that_is_being_renamed(tmp_path):
    files = LocalFiles(tmp_path)
    (tmp_path / "versions" / "whole").mkdir(parents=True)
    (tmp_path / "versions" / "whole" / "file").touch()

    def publish_forever():
        for number in range(300):
            with files.add(f"versions/{number}") as aside:
                (aside / "file").touch()

    with ThreadPoolExecutor(1) as publisher:
        publishing = publisher.submit(publish_forever)
        listings = []
        while not publishing.done():
            listings.append(files.names("versions"))

    assert publishing.result() is None
    assert all("whole/file" in listing for listing in listings)
    assert "299/file" in files.names("versions")
