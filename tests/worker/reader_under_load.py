"""A thread that reads without a pause while its model is swapped."""

import threading
from collections import Counter

from tests.worker.telling_models import CROPS


class Reader(threading.Thread):
    """Reads batch after batch, each with the classifier that it took for it, and counts what each version said."""

    def __init__(self, service):
        super().__init__(name="reader", daemon=True)
        self.service = service
        self.said = Counter()
        self.done = threading.Event()

    def run(self):
        while not self.done.is_set():
            classifier = self.service.classifier
            digits = set(classifier.predict(CROPS).argmax(axis=1).tolist())
            self.said[classifier.version, *digits] += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.join()

    def next_of(self, version):
        """Return when one more batch was read with a version."""
        n_before = self.n_of(version)
        while self.n_of(version) == n_before:
            self.done.wait(0.01)

    def n_of(self, version):
        return sum(n for (seen, *_), n in list(self.said.items()) if seen == version)
