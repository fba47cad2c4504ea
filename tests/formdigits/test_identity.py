"""The text of the code on a printed page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formdigits.identity import PageIdentity, parse

REFS = st.from_regex(r"[a-z][a-z0-9-]{0,39}@[1-9][0-9]{0,3}", fullmatch=True)
SERIALS = st.none() | st.from_regex(r"[0-9A-Za-z-]{1,24}", fullmatch=True)


@given(REFS, st.integers(1, 99), SERIALS)
def test_what_is_written_is_read_again(ref, page, serial):
    identity = PageIdentity(ref, page, serial)

    assert parse(identity.text) == identity


@given(st.text(max_size=60))
def test_any_text_is_an_identity_or_none_and_never_an_error(text):
    found = parse(text)

    assert found is None or found.text.startswith(found.ref)


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("card@1", PageIdentity("card@1")),
        ("card@12#2", PageIdentity("card@12", page=2)),
        ("card@1/000123", PageIdentity("card@1", serial="000123")),
        ("card@1#2/000123", PageIdentity("card@1", page=2, serial="000123")),
    ],
)
def test_the_four_texts(text, identity):
    assert parse(text) == identity
    assert identity.text == text


@pytest.mark.parametrize(
    "text",
    ["", "card", "card@0", "Card@1", "card@1#0", "card@1/", "card@1#", "card@1\n", "https://card@1", "card@\u0661"],
)
def test_codes_of_other_things_are_no_identities(text):
    assert parse(text) is None
