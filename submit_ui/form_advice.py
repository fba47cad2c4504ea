"""What could be better on a form that keeps all rules: what makes scans fail."""

from collections.abc import Iterator

from formdigits.form_template import FormPage, FormTemplate

GOOD_MARGIN_MM = 8
"""Scanners and feeders lose this much of an edge now and then."""


def advise(form: FormTemplate) -> list[str]:
    """One sentence for each thing, with the mend."""
    return [advice for number in range(1, len(form.pages) + 1) for advice in page_advice(form, number)]


def page_advice(form: FormTemplate, number: int) -> Iterator[str]:
    """How a page is found and told from others."""
    page = form.pages[number - 1]
    if page.is_edge_to_edge:
        return
    where = f"page {number}" if len(form.pages) > 1 else "the page"
    if page.identity is None:
        yield f"{where} has no code: a page of another form may be read as this one; add an `identity`"
    yield from mark_advice(where, page)


def mark_advice(where: str, page: FormPage) -> Iterator[str]:
    """Marks that get lost."""
    rules = page.registration
    if rules.method == "features":
        yield f"{where} has no corner marks; where you print the form yourself, add some: they are found more surely"
        return
    if len(rules.marks) == rules.min_marks:
        yield f"{where} needs every one of its {len(rules.marks)} marks; one that is folded or torn off loses the page"
    inner = page.box.grown(-GOOD_MARGIN_MM)
    boxes = [rules.mark_box(mark) for mark in rules.marks]
    if any(box.x < inner.x or box.y < inner.y or box.right > inner.right or box.bottom > inner.bottom for box in boxes):
        yield f"{where} has marks less than {GOOD_MARGIN_MM} mm from the edge, which feeders and photocopiers cut off"
