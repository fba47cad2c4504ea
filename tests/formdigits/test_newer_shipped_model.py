"""A newer formdigits brings a newer model: it follows the one that shipped before, and never a choice of people."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from formdigits.model_pointer import Pointer
from formdigits.model_store import POINTER_FILE, ModelStore
from formdigits.model_version import MANIFEST_FILE, MODEL_FILE, parse_manifest
from tests.models import publish as publish_in

OLD = "20261123T160535531Z-6f824b20"
"""One that shipped when pointers did not yet say who moved them."""
NEW = "20991231T235959999Z-00000001"


@pytest.fixture
def ships(tmp_path, monkeypatch):
    """Have a version ship with formdigits: `ships(OLD)`."""
    maker = ModelStore(tmp_path / "maker")
    made = maker.folder(publish_in(maker, b"weights"))

    def ships(version):
        folder = tmp_path / "shipped" / version
        shutil.copytree(made, folder)
        manifest = parse_manifest(version, (folder / MANIFEST_FILE).read_bytes())
        (folder / MANIFEST_FILE).write_text(manifest.model_copy(update={"version": version}).model_dump_json())
        monkeypatch.setattr("formdigits.model_store.DEFAULT_MODEL", folder)
        return version

    return ships


@pytest.fixture
def seeded(store, ships):
    """A store that an older formdigits has seeded; a newer one is installed."""
    ships(OLD)
    store.seed()
    ships(NEW)
    return store


def history(store):
    return store.latest_first()


def test_a_newer_model_follows_the_one_that_shipped_before(seeded, place):
    seeded.seed()

    assert history(seeded) == [NEW, OLD]
    assert place.read(MODEL_FILE) == b"weights"
    assert seeded.newer_shipped() is None


def test_an_older_formdigits_leaves_a_newer_model_where_it_is(seeded, ships, tmp_path):
    seeded.seed()
    shutil.rmtree(tmp_path / "shipped")
    ships(OLD)

    seeded.seed()

    assert history(seeded) == [NEW, OLD]
    assert seeded.newer_shipped() is None


def test_a_model_that_people_made_current_stays(seeded, publish):
    own = publish(b"own")
    seeded.promote(own)

    seeded.seed()

    assert history(seeded) == [own, OLD]
    assert seeded.newer_shipped() == (NEW, False)


def test_a_shipped_model_that_people_rolled_back_to_stays(seeded, publish):
    seeded.promote(publish(b"own"))
    seeded.roll_back()

    seeded.seed()

    assert history(seeded) == [OLD]


def test_who_rolls_a_shipped_model_back_keeps_the_one_before(seeded):
    seeded.seed()
    seeded.roll_back()

    seeded.seed()

    assert history(seeded) == [OLD]
    assert seeded.newer_shipped() == (NEW, False)


def test_a_candidate_that_nobody_promoted_does_not_stand_in_the_way(seeded, publish):
    publish(b"worse")

    waiting = seeded.newer_shipped()
    seeded.seed()

    assert waiting == (NEW, True)
    assert history(seeded) == [NEW, OLD]


def unmark(place, version):
    """Have the pointer as an older formdigits wrote it."""
    place.write(POINTER_FILE, Pointer(version=version).model_dump_json().encode())


def test_a_store_that_was_seeded_before_pointers_said_so_is_known_by_its_only_version(seeded, place):
    unmark(place, OLD)

    seeded.seed()

    assert history(seeded) == [NEW, OLD]


def test_such_a_store_in_which_people_published_stays_as_it_is(seeded, place, publish):
    publish(b"own")
    unmark(place, OLD)

    seeded.seed()

    assert history(seeded) == [OLD]


def test_the_only_version_of_a_store_stays_when_it_never_shipped(store, ships, publish):
    own = publish(b"own")
    store.promote(own)
    ships(NEW)

    store.seed()

    assert history(store) == [own]


def test_programs_that_start_at_once_move_the_pointer_once(seeded, place):
    with ThreadPoolExecutor(4) as programs:
        list(programs.map(lambda _: place.store().seed(), range(4)))

    assert history(seeded) == [NEW, OLD]


def test_a_seeding_that_was_killed_is_done_at_the_next_start(seeded, place, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ModelStore, "_move", killed)
        with pytest.raises(KeyboardInterrupt):
            seeded.seed()

    place.store().seed()

    assert history(seeded) == [NEW, OLD]


def test_a_promotion_during_the_seeding_stays(seeded, place, publish, monkeypatch):
    own = publish(b"own")
    really = ModelStore._add_shipped

    def promoted_meanwhile(store):
        place.store().promote(own)
        return really(store)

    monkeypatch.setattr(ModelStore, "_add_shipped", promoted_meanwhile)
    seeded.seed()

    assert history(seeded) == [own, OLD]


def test_a_shipped_model_that_the_store_has_not_is_put_there_when_it_is_promoted(seeded, publish):
    own = publish(b"own")
    seeded.promote(own)

    seeded.promote(NEW)

    assert history(seeded) == [NEW, own, OLD]
    assert seeded.verify(NEW).version == NEW
