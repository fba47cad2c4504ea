"""Writes the model card: words from `card_text`, numbers from what was measured."""

import json
import shutil
from pathlib import Path

from bench.digits import card_tables as tables
from bench.digits.card_text import HEAD, MISSING, PICTURES, SECTIONS, TAIL
from bench.digits.run import Figures
from formdigits.model_version import Manifest

CARD = Path(__file__).parents[2] / "docs" / "model-card.md"


def write_card(folder: Path, card: Path, manifest: Manifest) -> None:
    """Write the card and its pictures from the figures in a folder; those of another model are left out."""
    found = {name: read(folder / f"{name}.json", manifest.version) for name in tables.TABLES}
    measured = {name: one["figures"] for name, one in found.items() if one}
    machine, seed = next(((one["machine"], one["seed"]) for one in found.values() if one), ("", 0))
    parts = [HEAD.format(**facts(manifest), machine=machine, seed=seed), tables.summary(measured)]
    for name, words in SECTIONS.items():
        parts += [words, tables.TABLES[name](measured[name]) if name in measured else MISSING.format(name=name)]
        parts += pictures(folder, card, name) if name in measured else []
    text = "\n\n".join(part.strip("\n") for part in [*parts, TAIL])
    card.write_text(text + "\n")


def read(file: Path, version: str) -> Figures | None:
    """The figures of one part, if they are of this model."""
    if not file.exists():
        return None
    found: Figures = json.loads(file.read_text())
    return found if found["version"] == version else None


def pictures(folder: Path, card: Path, part: str) -> list[str]:
    """Put the pictures of a part beside the card, and link them."""
    links = []
    for name, words in PICTURES.get(part, {}).items():
        target = card.parent / f"{card.stem}-{name}.png"
        shutil.copyfile(folder / f"{name}.png", target)
        links.append(f"![{words}]({target.name})")
    return links


def facts(manifest: Manifest) -> dict[str, str]:
    """What the manifest says of the model."""
    lineage, metrics = manifest.lineage, manifest.metrics
    recipe = lineage.get("recipe", {})
    return {
        "version": manifest.version,
        "sha256": manifest.sha256,
        "created": manifest.created_at[:10],
        "note": manifest.note,
        "n_parameters": f"{metrics.get('n_parameters', 0):,.0f}",
        "training_min": f"{metrics.get('training_s', 0) / 60:,.0f}",
        "recipe": ", ".join(f"{key} {value}" for key, value in recipe.items() if value is not None),
        "lineage": ", ".join(f"`{key}` {value}" for key, value in lineage.items() if key != "recipe"),
        "temperature": f"{manifest.calibration.temperature:.2f}",
    }
