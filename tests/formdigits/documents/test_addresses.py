import pytest
from hypothesis import given
from hypothesis import strategies as st

from formdigits.documents import is_document, page_address, split_address


@pytest.mark.parametrize("path", ["/a/b.pdf", "/a/B.PDF", "/a.b/c.tif", "/a/c.TiFF", "/a/c.zip", ".pdf"])
def test_documents_are_told_by_their_ending(path):
    assert is_document(path)


@pytest.mark.parametrize("path", ["/a/b.png", "/a/pdf", "/a.pdf/b", "/a/tiff", "/atiff", "/a/b.pdf#page=3", "", "x"])
def test_what_ends_otherwise_is_no_document(path):
    assert not is_document(path)


@given(path=st.text(), page=st.integers(1, 99_999))
def test_an_address_is_taken_apart_as_it_was_put_together(path, page):
    assert split_address(page_address(path, page)) == (path, page)


@pytest.mark.parametrize(
    "path", ["/a/b.pdf", "/a#page=0", "/a#page=", "/a#page=-1", "/a#page=²", "/a#page=1000000", "/#page=1/b"]
)
def test_what_does_not_end_with_a_page_is_a_path(path):
    assert split_address(path) == (path, None)
