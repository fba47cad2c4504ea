"""The dashboard and the alerts ask for what the programs really show."""

import json
import os
import re
import subprocess
import sys
from itertools import combinations

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from formdigits.settings import Settings
from submit_ui.app import create_app
from tests.house.checkout import HOME, text
from tests.submit_ui.fakes import RecordingBroker
from trainer.health import Health as TrainerHealth
from worker.health import Health as WorkerHealth
from worker.metrics_folder import VARIABLE, MetricsFolder

DASHBOARD = json.loads(text("deploy/grafana/formdigits.json"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
SCRAPING = yaml.safe_load(text("deploy/prometheus/prometheus.yml"))
ALERTS = [rule for group in yaml.safe_load(text("deploy/prometheus/alerts.yml"))["groups"] for rule in group["rules"]]
JOBS = {scrape["job_name"] for scrape in SCRAPING["scrape_configs"]}

OF_PROMETHEUS = {"up": {"job", "instance"}}
OF_EVERY_SERIES = {"job", "instance"}
METRIC = r"\b(?:formdigits_|process_|up\b)\w*"


def expressions():
    """Every question to Prometheus, by where it stands."""
    found = {f"panel {panel['title']}, {target['refId']}": target["expr"]
             for panel in PANELS for target in panel["targets"]}  # fmt: skip
    found |= {f"annotation {one['name']}": one["expr"] for one in DASHBOARD["annotations"]["list"] if "expr" in one}
    return found | {f"alert {rule['alert']}": rule["expr"] for rule in ALERTS}


EXPRESSIONS = expressions()


@pytest.fixture(scope="module")
def exposed(tmp_path_factory):
    """What Prometheus gets, by the program that it asks."""
    return {
        "page": of_page(tmp_path_factory),
        "worker": of_worker(tmp_path_factory),
        "trainer": TrainerHealth(RecordingBroker()).metrics(),
    }


@pytest.fixture(scope="module")
def shown(exposed):
    """Names of all metrics that the programs show, with the names of their labels."""
    labels = {}
    for text_of_program in exposed.values():
        for family in text_string_to_metric_families(text_of_program.decode()):
            for sample in family.samples:
                labels.setdefault(sample.name, set()).update(sample.labels)
    return labels


def metrics_table(exposed):
    """The table in docs/operations.md, made from what the programs say of their metrics."""
    lines = ["| shown by | metric | labels | meaning |", "|---|---|---|---|"]
    for program, text_of_program in exposed.items():
        families = text_string_to_metric_families(text_of_program.decode())
        for family in sorted(families, key=lambda family: family.name):
            if family.name.startswith("formdigits_"):
                name = f"{family.name}_total" if family.type == "counter" else family.name
                labels = sorted(set().union(*(sample.labels for sample in family.samples)) - {"le"})
                named = ", ".join(f"`{label}`" for label in labels)
                lines.append(f"| {program} | `{name}` | {named} | {family.documentation} |")
    return "\n".join(lines)


def test_the_table_of_metrics_is_what_the_programs_show(exposed):
    expected = metrics_table(exposed)

    assert expected in text("docs/operations.md"), f"put this table into docs/operations.md:\n{expected}"


def of_page(tmp_path_factory):
    settings = Settings(data_dir=tmp_path_factory.mktemp("page"), token="secret")
    app = create_app(settings, broker=RecordingBroker())
    app.extensions["formdigits"].ledger.beat("w1", model_version="v1", model_error=None)
    app.extensions["formdigits"].models.seed()
    client = app.test_client()
    client.get("/api/v1/health/live")
    return client.get("/metrics", headers={"Authorization": "Bearer secret"}).data


def of_worker(tmp_path_factory):
    folder = MetricsFolder(tmp_path_factory.mktemp("worker"))
    reader = "from worker import metrics; metrics.reads_with('v1')"
    environment = os.environ | {VARIABLE: str(folder.path), "PYTHONPATH": str(HOME)}
    subprocess.run([sys.executable, "-c", reader], check=True, env=environment)
    living = folder.path / f"gauge_livesum_{os.getpid()}.db"  # the process has ended, and is shown as if it had not
    next(folder.path.glob("gauge_livesum_*.db")).rename(living)
    exposed = WorkerHealth(folder, Settings()).metrics()
    folder.remove()
    return exposed


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_every_metric_that_is_asked_for_is_shown_by_a_program(shown, place):
    asked = set(re.findall(METRIC, without_strings(EXPRESSIONS[place])))

    assert asked
    assert asked <= shown.keys() | OF_PROMETHEUS.keys()


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_every_label_that_is_asked_for_is_one_of_its_metric(shown, place):
    known = shown | OF_PROMETHEUS
    expression = EXPRESSIONS[place]
    asked = {name: set(re.findall(r"(\w+)\s*[=!]", inside)) for name, inside in
             re.findall(rf"({METRIC})\{{([^}}]*)\}}", expression)}  # fmt: skip
    grouped = {label for inside in re.findall(r"\bby \(([^)]*)\)", expression) for label in re.split(r",\s*", inside)}
    metrics = set(re.findall(METRIC, without_strings(expression)))

    assert all(labels <= known[name] | OF_EVERY_SERIES for name, labels in asked.items())
    assert grouped <= OF_EVERY_SERIES.union(*(known[name] for name in metrics))


def test_every_metric_of_the_ledger_and_of_the_workers_is_looked_at(shown):
    counted = {name for name in shown if re.fullmatch(r"formdigits_(?!build|model_current|request)\w+", name)}
    looked_at = set(re.findall(METRIC, " ".join(EXPRESSIONS.values())))
    of_histograms = re.compile(r"_(bucket|sum|count)$")
    families = {of_histograms.sub("", name) for name in looked_at}

    unseen = {name for name in counted if of_histograms.sub("", name) not in families}

    assert unseen <= {
        "formdigits_pages_waiting",  # pages left without those in flight is what waits for a worker
        "formdigits_worker_chunks_total",
        "formdigits_worker_fields_total",
        "formdigits_worker_messages_total",
    }


def test_every_program_that_the_questions_name_is_scraped():
    named = {job for expression in EXPRESSIONS.values() for job in re.findall(r'job(=~?"[^"]*")', expression)}

    for matcher in named:
        pattern = matcher.lstrip("=~").strip('"')
        assert [job for job in JOBS if re.fullmatch(pattern, job)], matcher


def test_the_page_is_asked_with_a_token_and_the_alerts_are_loaded():
    [page] = [scrape for scrape in SCRAPING["scrape_configs"] if scrape["job_name"] == "formdigits-page"]

    assert page["authorization"] == {"credentials_file": "formdigits-token"}
    assert all((HOME / "deploy/prometheus" / name).is_file() for name in SCRAPING["rule_files"])


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_every_alert_says_what_is_wrong_and_what_to_do(rule):
    assert rule["labels"]["severity"] in ("critical", "warning", "info")
    assert rule["annotations"].keys() == {"summary", "action"}


def test_the_dashboard_takes_whatever_prometheus_it_is_given():
    [variable] = DASHBOARD["templating"]["list"]
    sources = [panel["datasource"] for panel in PANELS]
    sources += [target["datasource"] for panel in PANELS for target in panel["targets"]]

    assert (variable["name"], variable["type"], variable["query"]) == ("datasource", "datasource", "prometheus")
    assert all(source == {"type": "prometheus", "uid": "${datasource}"} for source in sources)


def test_every_panel_has_a_place_of_its_own_and_says_what_it_shows():
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]

    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    assert all(place["x"] + place["w"] <= 24 for place in places)
    assert not [pair for pair in combinations(places, 2) if overlap(*pair)]
    assert all(panel["title"] and panel["description"] for panel in PANELS)


def overlap(one, other):
    across = one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
    return across and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"]


def without_strings(expression):
    return re.sub(r'"[^"]*"', "", expression)
