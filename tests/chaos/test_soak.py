"""The soak: jobs of all sizes for half an hour, with a fault every few seconds; then everything is counted again."""

import os
import random
import threading
import time
from collections import Counter
from statistics import median

import pytest
from rich.console import Console
from rich.table import Table

from formdigits.form_template import FormShelf
from samples.draw import fill_pages
from submit_ui import stack
from tests.chaos.audit import audit
from tests.chaos.conftest import SEED
from tests.chaos.harness.broker import PASSWORD
from tests.chaos.harness.faults import LIKELY
from tests.chaos.harness.lab import Lab
from tests.chaos.harness.load import Load
from tests.chaos.harness.manifest import Manifest
from tests.chaos.harness.memory import Memory

pytestmark = [pytest.mark.integration, pytest.mark.keras, pytest.mark.soak]

MINUTES = float(os.environ.get("CHAOS_MINUTES", "30"))
FAULTS_APART_S = (2.0, 8.0)
DRAINED_WITHIN_S = 600
MOST_GROWTH_BYTES = 2_000_000
"""In a minute, of programs that are looked at for at least `LONG_ENOUGH_MINUTES`."""
LONG_ENOUGH_MINUTES = 3
FORM = "water-meter-card"


@pytest.fixture(scope="module")
def lab(tmp_path_factory, images, proxy):
    """The programs of `formdigits up` with their own network and settings, and a proxy before the broker."""
    data = tmp_path_factory.mktemp("soak") / "data"
    url = f"redis://:{PASSWORD}@127.0.0.1:{proxy.port}/0"
    defaults = stack.Settings.model_construct()
    usual = {name: getattr(defaults, name) for name in ("lease_s", "time_limit_s", "sweep_every_s", "resend_after_s")}
    with Lab(
        data, scan_root=images.folder, worker="worker.app", broker_port=proxy.target_port, broker_url=url,
        images_per_chunk=128, **usual,
    ) as lab:  # fmt: skip
        yield lab


@pytest.fixture(scope="module")
def kinds(images):
    """Makers of jobs: one image, some, many, and pages of a form."""
    digits = images.without_texts()
    pages = images.folder / "pages"
    fill_pages(pages, FormShelf([]).get(FORM), 8, seed=7)
    forms = [str(path) for path in sorted(pages.glob("*.png"))]
    return [
        lambda _rng: digits.job(1),
        lambda rng: digits.job(rng.randrange(2, 50)),
        lambda rng: digits.job(rng.randrange(50, 500)),
        lambda rng: digits.job(rng.randrange(500, 5000)),
        lambda rng: Manifest(rng.choices(forms, k=rng.randrange(1, 12)), form=FORM),
    ]


class Watch:
    """Looks at the memory of the programs, and at whether any job ever goes backwards."""

    def __init__(self, lab):
        self._lab = lab
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch_forever)
        self._ended_pages: Counter[str] = Counter()
        self.memory = Memory()
        self.went_back: list[str] = []

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def _watch_forever(self):
        while not self._ended.wait(2):
            for name in ("worker", "page"):
                self.memory.sample(name, self._lab.programs.pid(name), time.monotonic())
            self.memory.sample("broker", self._lab.broker.pid, time.monotonic())
            for job in self._lab.ledger.jobs(limit=50):
                if job.n_ended < self._ended_pages[job.id]:
                    self.went_back.append(job.id)
                self._ended_pages[job.id] = job.n_ended


def make_faults(lab, proxy, rng):
    """Faults until the time is over; what each was, and how long it took until pages ended again."""
    ends_at = time.monotonic() + 60 * MINUTES
    faults, weights = zip(*LIKELY, strict=True)
    made: list[tuple[str, float]] = []
    while time.monotonic() < ends_at:
        time.sleep(rng.uniform(*FAULTS_APART_S))
        [fault] = rng.choices(faults, weights)
        fault(lab, proxy, rng)
        made.append((fault.__name__.replace("_", " "), next_page_ends_s(lab)))
    return made


def next_page_ends_s(lab) -> float:
    """Seconds until another page of any job has ended."""
    began = time.monotonic()
    before = n_ended(lab)
    while n_ended(lab) == before and lab.ledger.overview().n_pages_left:
        assert time.monotonic() < began + DRAINED_WITHIN_S, "nothing is read any more"
        time.sleep(0.1)
    return time.monotonic() - began


def n_ended(lab) -> int:
    counters = lab.ledger.overview().counters
    return counters["pages_read"] + counters["pages_failed"] + counters["pages_lost"]


def test_f28_half_an_hour_of_random_faults_loses_nothing_and_counts_nothing_twice(lab, proxy, kinds):
    rng = random.Random(f"{SEED} soak")
    with Watch(lab) as watch:
        with Load(lab, kinds, seed=SEED, n_clients=4, most_waiting=6000) as load:
            made = make_faults(lab, proxy, rng)
        began = time.monotonic()
        for job_id in lab.manifests:
            lab.wait_for_end(job_id, DRAINED_WITHIN_S)
        drained_s = time.monotonic() - began

    found = audit(lab)
    growth = list(watch.memory.slopes())
    show(made, found, growth, load.n_asked_again, lab.ledger.overview().counters, drained_s)
    assert not watch.went_back
    assert not [name for name, slope, minutes in growth if minutes > LONG_ENOUGH_MINUTES and slope > MOST_GROWTH_BYTES]


def show(made, found, growth, n_asked_again, counters, drained_s):
    """What happened, for a person."""
    console = Console()
    faults = Table("fault", "times", "next page: median", "worst", title=f"{MINUTES:g} minutes, CHAOS_SEED={SEED}")
    for name, n in sorted(Counter(name for name, _ in made).items()):
        took_s = [s for other, s in made if other == name]
        faults.add_row(name, str(n), f"{median(took_s):.1f} s", f"{max(took_s):.1f} s")
    console.print(faults)
    sums = Table("what", "how much")
    sums.add_row("jobs, all of them whole", f"{len(found):,}")
    sums.add_row("pages, each ended once", f"{sum(audited.job.n_ended for audited in found.values()):,}")
    sums.add_row("chunks read in vain", f"{sum(audited.n_read_again for audited in found.values()):,}")
    sums.add_row("submits asked again", f"{n_asked_again:,}")
    sums.add_row("drained after the last fault", f"{drained_s:.1f} s")
    for name in ("lease_expiries", "messages_resent", "late_commits", "chunks_split", "pages_lost"):
        sums.add_row(name.replace("_", " "), f"{counters[name]:,}")
    for name, slope, minutes in growth:
        sums.add_row(f"memory of the {name}", f"{slope / 1e6:+.2f} MB a minute, over {minutes:.1f} minutes")
    console.print(sums)
