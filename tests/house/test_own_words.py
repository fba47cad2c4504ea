"""The project names no machine, needs nothing from a foreign host, and keeps its notes elsewhere."""

import re

import pytest

from tests.house.checkout import texts

HERE = "tests/house/test_own_words.py"
PLACE = re.compile(r"(?<![\w.*~)}])/(?:home|root|Users|work|mnt|media)/[\w.]+")
ADDRESS = re.compile(r"(?:https?:)?//(\[[\w:]+\]|[\w-]+(?:\.[\w-]+)+|localhost)")
KNOWN = re.compile(
    r"\[::1\]|localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|([\w-]+\.)*example(\.\w+)?|[\w-]+\.test|([\w-]+\.)+svc|[\w-]+\.invalid"
)
NAMED = {
    "www.w3.org",
    "json-schema.org",
    "keepachangelog.com",
    "semver.org",
    "creativecommons.org",
    "doi.org",
    "arxiv.org",
}
"""Hosts that are named and never asked: name spaces, licences, sources."""


def test_no_file_names_a_place_on_somebodys_machine():
    found = {name: PLACE.findall(text) for name, text in texts().items() if name != HERE}

    assert not {name: places for name, places in found.items() if places}


def test_no_file_leads_to_a_foreign_host():
    hosts = {name: set(ADDRESS.findall(text)) - NAMED for name, text in texts().items() if name != HERE}

    foreign = {name: {host for host in found if not KNOWN.fullmatch(host)} for name, found in hosts.items()}

    assert not {name: found for name, found in foreign.items() if found}


def test_the_page_loads_nothing_from_elsewhere():
    loads = re.compile(
        r"""(?:src|href|action)=["'](?:https?:)?//|@import|url\(\s*["']?(?:https?:)?//|from ["']https?:"""
    )

    found = {name: loads.findall(text) for name, text in texts(".html", ".css", ".js", ".mjs", ".svg").items()}

    assert not {name: loading for name, loading in found.items() if loading}


@pytest.mark.parametrize("note", ["TODO", "FIXME", "XXX"])
def test_no_note_to_self_is_left_in_the_code(note):
    noted = [name for name, text in texts(".py", ".js", ".css", ".html").items() if re.search(rf"\b{note}\b", text)]

    assert not [name for name in noted if name != HERE]
