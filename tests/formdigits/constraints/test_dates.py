"""Days, months and times that there are."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formdigits.constraints.dates import is_date

FORMATS = {
    "DDMMYYYY": "%d%m%Y",
    "DDMMYY": "%d%m%y",
    "MMDDYYYY": "%m%d%Y",
    "MMDDYY": "%m%d%y",
    "YYYYMMDD": "%Y%m%d",
    "YYMMDD": "%y%m%d",
    "MMYYYY": "%m%Y",
    "HHMM": "%H%M",
}


def as_python_has_it(digits, form):
    try:
        found = dt.datetime.strptime(digits, FORMATS[form])  # noqa: DTZ007 a date has no zone
    except ValueError:
        return False
    return 1900 <= found.year < 2100


@pytest.mark.parametrize("form", FORMATS)
@given(data=st.data())
def test_a_date_is_one_exactly_where_the_calendar_has_it(form, data):
    digits = data.draw(st.text("0123456789", min_size=len(form), max_size=len(form)))

    assert is_date(digits, form) == as_python_has_it(digits, form)


@pytest.mark.parametrize("form", FORMATS)
@given(moment=st.datetimes(dt.datetime(1969, 1, 1), dt.datetime(2068, 12, 31)))  # noqa: DTZ001
def test_every_day_of_a_hundred_years_is_a_date(form, moment):
    assert is_date(moment.strftime(FORMATS[form]), form)


@pytest.mark.parametrize(
    ("digits", "form", "expected"),
    [
        ("29022024", "DDMMYYYY", True),
        ("29022023", "DDMMYYYY", False),
        ("29021900", "DDMMYYYY", False),
        ("290200", "DDMMYY", True),  # 2000, and not 1900
        ("01011899", "DDMMYYYY", False),
        ("01012100", "DDMMYYYY", False),
        ("132026", "MMYYYY", False),
        ("2400", "HHMM", False),
        ("2359", "HHMM", True),
        ("1122026", "DDMMYYYY", False),
        ("", "DDMMYY", False),
    ],
)
def test_days_at_the_edges_of_the_calendar(digits, form, expected):
    assert is_date(digits, form) is expected
