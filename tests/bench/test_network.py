"""The pages about runtimes and about the recipe say what was measured."""

from bench.ablation.__main__ import COLUMNS, noise, rows
from bench.network.installed import closure, installed_mb
from bench.network.report import write_page
from bench.network.runtimes import RUNTIMES

READING = {"accuracy": 0.9954, "error_at_reject": {"0": 0.0046, "0.01": 0.0011, "0.05": 0.0001}, "calibration_error": 0}


def runtime(factor):
    return {
        "ms": {cores: {size: factor * size / int(cores) for size in (1, 256, 1024)} for cores in ("1", "2")},
        "start_s": factor,
        "memory_mb": 30.0,
        "installed_mb": 120.0,
        "largest_difference": 0.25,
        "same_answer": 0.9995,
        "reading": READING,
    }


def test_the_page_of_runtimes_has_a_row_for_each_and_what_a_second_brings(tmp_path):
    found = {"version": "v1", "machine": "a machine", "rounds": 3, "of": {"fp32": runtime(0.25), "int8": runtime(0.1)}}

    write_page(found, tmp_path / "page.md")

    page = (tmp_path / "page.md").read_text()
    assert f"| {RUNTIMES['fp32'].name} | 1 | 0.25 | 64.00 | 256.00 | 4,000 |" in page
    assert f"| {RUNTIMES['int8'].name} | 2 | 0.05 | 12.80 | 51.20 | 20,000 |" in page
    assert "0.250000 | 99.95 % | 99.54 % | 0.460 % | 0.110 % | 0.010 % |" in page


def test_a_package_is_as_large_as_all_that_it_needs():
    needed = closure(("onnx",))

    assert {"onnx", "protobuf"} <= needed.keys()
    assert "numpy" not in needed
    assert installed_mb(("onnx",)) > installed_mb(("protobuf",)) > 0.1


def test_a_row_of_the_recipe_is_the_mean_of_its_trainings_and_chance_is_told():
    one, other = (dict.fromkeys(COLUMNS, share) for share in (0.01, 0.02))

    table = rows({"everything": [one, other], "pens": [other, other]})

    assert "| everything | 1.50 % |" in table
    assert "| without pens | 2.00 % |" in table
    assert "MNIST test, wrong 0.50 %" in noise({"everything": [one, other], "pens": [other, other]})
