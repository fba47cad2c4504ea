"""Dates and times that are written as digits alone."""

import calendar

from formdigits.form_template.constraints import DateFormat

YEARS = range(1900, 2100)
"""Years of four digits; another one is far more likely to be misread than meant."""
FIRST_TWO_DIGIT_YEAR = 1969
"""Two digits mean a year from 1969 to 2068, as POSIX has it."""


def is_date(digits: str, form: DateFormat) -> bool:
    """Whether the digits are a day, a month or a time that there is, such as `29022024` as `DDMMYYYY`."""
    if len(digits) != len(form):
        return False
    if form == "HHMM":
        return int(digits[:2]) < 24 and int(digits[2:]) < 60
    parts = {letter: int(digits[form.index(letter) : form.rindex(letter) + 1]) for letter in set(form)}
    year, month = full_year(parts["Y"], form.count("Y")), parts["M"]
    if year not in YEARS or not 1 <= month <= 12:
        return False
    return "D" not in parts or 1 <= parts["D"] <= calendar.monthrange(year, month)[1]


def full_year(year: int, n_digits: int) -> int:
    """The year that two digits mean; one of four digits means itself."""
    if n_digits == 4:
        return year
    return FIRST_TWO_DIGIT_YEAR + (year - FIRST_TWO_DIGIT_YEAR) % 100
