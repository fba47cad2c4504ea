"""Check digits find every single wrong digit."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import damm, luhn, verhoeff
from stdnum.iso7064 import mod_11_2, mod_97_10

from formdigits.constraints.check_digits import CHECKS, has_check_digit

MADE_BY = {
    "luhn": luhn.calc_check_digit,
    "mod11": mod_11_2.calc_check_digit,
    "mod97": mod_97_10.calc_check_digits,
    "verhoeff": verhoeff.calc_check_digit,
    "damm": damm.calc_check_digit,
}
digits = st.text("0123456789", min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("luhn", "79927398713"),  # ISO/IEC 7812, and the patent's example
        ("mod11", "0000000218250097"),  # an ORCID iD, which is ISO/IEC 7064 MOD 11-2
        ("mod97", "79444"),  # ISO/IEC 7064
        ("verhoeff", "2363"),
        ("damm", "5724"),
    ],
)
def test_published_numbers_have_their_check_digit(kind, number):
    assert has_check_digit(number, kind)


@pytest.mark.parametrize("kind", CHECKS)
@given(number=digits, place=st.integers(0), change=st.integers(1, 9))
def test_every_single_wrong_digit_is_found(kind, number, place, change):
    right = number + MADE_BY[kind](number)
    assume(right.isdecimal())
    place %= len(right)
    wrong = right[:place] + str((int(right[place]) + change) % 10) + right[place + 1 :]

    assert has_check_digit(right, kind)
    assert not has_check_digit(wrong, kind)


@pytest.mark.parametrize("kind", ["mod11", "mod97", "verhoeff", "damm"])
@given(number=digits, place=st.integers(0))
def test_two_neighbours_that_change_places_are_found(kind, number, place):
    right = number + MADE_BY[kind](number)
    assume(right.isdecimal())
    place %= len(right) - 1
    assume(right[place] != right[place + 1])
    wrong = right[:place] + right[place + 1] + right[place] + right[place + 2 :]

    assert not has_check_digit(wrong, kind)


@pytest.mark.parametrize("kind", CHECKS)
def test_one_number_in_ten_at_most_has_a_check_digit_by_chance(kind):
    kept = sum(has_check_digit(f"{number:04}", kind) for number in range(10_000))

    assert kept <= 1001
