"""Which page of which form a scan says it is, and whether that is what it should be."""

from collections.abc import Sequence

import numpy as np

from formdigits.arrays import GreyPage, Homography
from formdigits.errors import PageUnknown, RegistrationResidual, WrongForm
from formdigits.form_template import FormPage, FormTemplate
from formdigits.geometry import Box, to_scan_px
from formdigits.identity import PageIdentity, parse
from worker.registration.blankness import check_not_blank
from worker.registration.page_code import PageCode, find_codes, read_texts

CODE_REACH_MM = 3.0
"""The middle of the code lies this near to the region that the form has for it."""


def identify(page: GreyPage) -> PageCode:
    """Find the code that says which form the page is, anywhere on it and in any turn.

    Raises:
        PageUnknown: there is none, or there are several that do not say the same.
        BlankPage: there is nothing on the page.
    """
    codes = find_codes(page)
    if not codes:
        check_not_blank(page)
    return the_code(codes)


def the_code(codes: Sequence[PageCode]) -> PageCode:
    """The code of a page among those that were found on it."""
    if not codes:
        raise PageUnknown("no code that says which form this is can be read on the page; scan it flat and sharp")
    if len({code.identity for code in codes}) > 1:
        said = " and ".join(repr(code.identity.text) for code in codes[:2])
        raise PageUnknown(f"the page has several codes, {said}; scan one sheet at a time")
    return codes[0]


def page_said(form: FormTemplate, code: PageCode | None) -> FormPage:
    """The page of the form that a code names; without a code the only one."""
    if code is None:
        return form.pages[0]
    check_ref(code.identity, form)
    if code.identity.page > len(form.pages):
        raise PageUnknown(f"the page's code says page {code.identity.page}, and {form.ref!r} has {len(form.pages)}")
    return form.pages[code.identity.page - 1]


def check_ref(identity: PageIdentity, form: FormTemplate) -> None:
    """Raise WrongForm where a code is of another form."""
    if identity.ref != form.ref:
        raise another_form(identity.text, form.ref)


def check_place(code: PageCode, region: Box, homography: Homography) -> None:
    """Raise RegistrationResidual where a code is not in its region."""
    to_form = np.linalg.inv(homography).astype(np.float64)
    [(x, y)] = to_scan_px(code.corners_px.mean(axis=0, keepdims=True), to_form)
    around = region.grown(CODE_REACH_MM)
    if not (around.x <= x <= around.right and around.y <= y <= around.bottom):
        raise RegistrationResidual("the page's code is not where the form has it; is this page of that form?")


def read_identity(page: GreyPage, region: Box, homography: Homography, own: PageIdentity) -> PageIdentity:
    """Read the code in its region.

    Args:
        page: the scan.
        region: where the form has the code.
        homography: millimetres to pixels of the scan.
        own: what it should say, besides its serial number.

    Raises:
        WrongForm: it says another form, another page, or something else.
        PageUnknown: there is none that can be read.
        RegistrationResidual: it is somewhere else on the page.
    """
    texts = read_texts(page, region, homography)
    if not texts:
        elsewhere = find_codes(page)  # its region is blurred, or not quite where it should be
        for code in elsewhere:
            check_place(code, region, homography)
        texts = [code.identity.text for code in elsewhere]
    for identity in map(parse, texts):
        if identity and (identity.ref, identity.page) == (own.ref, own.page):
            return identity
    if texts:
        raise another_form(texts[0][:60], own.text)
    raise PageUnknown(
        f"the code that says which form this is cannot be read; is this page a {own.ref!r}? Then scan the whole sheet"
        " again, flat and sharp, at 150 dpi or more"
    )


def another_form(said: str, own: str) -> WrongForm:
    """What is wrong with a page whose code says something else."""
    return WrongForm(
        f"the page's code says {said!r}, and it was submitted as {own!r}; submit it as the form that its code says, or"
        " as `auto`"
    )
