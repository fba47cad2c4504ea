"""A form template as a PDF to print, at its true size.  Start at `printing`."""

from submit_ui.form_print.page_code import module_mm
from submit_ui.form_print.printing import MOST_PAGES, print_form, refuse_unprintable, write_form
from submit_ui.form_print.serials import Serials, parse_serials

__all__ = [
    "MOST_PAGES",
    "Serials",
    "module_mm",
    "parse_serials",
    "print_form",
    "refuse_unprintable",
    "write_form",
]
