"""A new form from the names of its fields: everything that stands on the paper finds its place by itself."""

from submit_ui.new_form.layout import PAPERS, lay_out
from submit_ui.new_form.wanted import Wanted, parse_wanted

__all__ = ["PAPERS", "Wanted", "lay_out", "parse_wanted"]
