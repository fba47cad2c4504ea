"""The most probable text of a field, from its digits and its constraints."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from formdigits.constraints import find_broken, judge_field
from formdigits.constraints.weights import MOST_GAIN, WRITTEN_WRONG
from formdigits.form_template import Blanks, Roster
from formdigits.readings import Change
from tests.worker.joint.examples import CHECKS, any_cells, area_of, cells_of, field_of, torn
from worker.joint import decode_field
from worker.joint.field_decoding import Written
from worker.joint.texts import CHARACTERS, rows_of

SURE = 0.9999
ROSTER = Roster(file="all.txt")


def by_brute_force(constraints, roster, cells, share_kept):
    """The likeliest text and its probability, from all texts that there are."""
    rows, kept_weight = rows_of(cells), (1 - WRITTEN_WRONG) * min(MOST_GAIN, 1 / share_kept)
    weights = {}
    for classes in product(range(11), repeat=len(cells)):
        text = "".join(CHARACTERS[place] for place in classes)
        alone = float(np.prod(rows[range(len(cells)), classes]))
        broken = "?" not in text and any(find_broken(constraints, text, roster))
        weights[text] = alone * (1.0 if "?" in text else WRITTEN_WRONG if broken else kept_weight)
    total = sum(weights.values())
    return {text: weight / total for text, weight in weights.items()}


def check(field, roster, cells, share_kept, within=1e-6):
    """A field is decoded as brute force decodes it; the text may be another one where two are as likely."""
    assume(any(cell.digit is not None for cell in cells))
    expected = by_brute_force(field.constraints, roster, cells, share_kept)
    raw = "".join(cell.character for cell in cells)

    decoded = decode_field(field, cells, roster)

    assert decoded.probability == pytest.approx(expected[decoded.text], abs=within)
    possible = {text: p for text, p in expected.items() if "?" not in text or text == raw}
    kept = [text for text in possible if "?" not in text and not any(find_broken(field.constraints, text, roster))]
    best = max([raw, *kept], key=lambda text: expected[text])
    assert expected[decoded.text] == pytest.approx(expected[best], rel=1e-3)
    assert all(change.taken == decoded.text[change.box - 1] for change in decoded.changes)
    assert all(change.read == raw[change.box - 1] for change in decoded.changes)
    assert len(decoded.changes) == sum(a != b for a, b in zip(raw, decoded.text, strict=True))


@settings(max_examples=50)
@given(data=st.data(), kind=st.sampled_from(CHECKS), n_boxes=st.integers(2, 3))
def test_check_digits_are_decoded_as_all_texts_together_say(data, kind, n_boxes):
    cells = data.draw(any_cells(n_boxes))

    share_kept = {"mod11": 1 / 11, "mod97": 1 / 97}.get(kind, 1 / 10)
    check(field_of(n_boxes, check_digit=kind), None, cells, share_kept)


@settings(max_examples=40)
@given(data=st.data(), n_boxes=st.integers(1, 3))
def test_rosters_are_decoded_as_all_texts_together_say(data, n_boxes):
    cells = data.draw(any_cells(n_boxes))
    values = st.text("0123456789", min_size=n_boxes, max_size=n_boxes)
    roster = data.draw(st.frozensets(values, min_size=1, max_size=30))

    check(field_of(n_boxes, roster=ROSTER), roster, cells, len(roster) / 10**n_boxes)


@settings(max_examples=20)
@given(data=st.data(), low=st.integers(0, 99), high=st.integers(0, 99))
def test_ranges_are_decoded_as_all_texts_together_say(data, low, high):
    low, high = sorted((low, high))

    check(field_of(2, range=(low, high)), None, data.draw(any_cells(2)), 1.0, within=2e-3)


@settings(max_examples=20)
@given(cells=any_cells(2), regex=st.sampled_from(["[1-4].*", "00|7[^5]", "9."]), kind=st.sampled_from(CHECKS))
def test_expressions_beside_check_digits_are_decoded_as_all_texts_together_say(cells, regex, kind):
    share_kept = {"mod11": 1 / 11, "mod97": 1 / 97}.get(kind, 1 / 10)

    check(field_of(2, regex=regex, check_digit=kind), None, cells, share_kept, within=2e-3)


@settings(max_examples=4)
@given(cells=any_cells(4))
def test_times_are_decoded_as_all_texts_together_say(cells):
    check(field_of(4, date="HHMM"), None, cells, 24 * 60 / 10**4)


@pytest.mark.parametrize("date", ["DDMMYYYY", "MMDDYY", "YYMMDD", "MMYYYY", "HHMM", "YYYYMMDD", "DDMMYY", "MMDDYYYY"])
def test_a_torn_digit_of_a_date_is_the_one_that_makes_it_a_date(date):
    written = {"DDMMYYYY": "29022024", "MMDDYY": "022924", "YYMMDD": "240229", "MMYYYY": "021999", "HHMM": "2359"}
    written |= {"YYYYMMDD": "20240229", "DDMMYY": "290224", "MMDDYYYY": "02292024"}
    digits = written[date]
    cells = [torn(6 if place == 0 else int(d), int(d), 0.5) for place, d in enumerate(digits)]

    decoded = decode_field(field_of(len(digits), date=date), cells, None)

    assert decoded.text == digits


def test_a_torn_box_is_taken_for_what_the_check_digit_asks_for_and_says_so():
    cells = [*cells_of((1, SURE)), torn(3, 8)]

    decoded = decode_field(field_of(2, check_digit="luhn"), cells, None)

    assert decoded.text == "18"
    assert decoded.changes == (Change(box=2, read="3", taken="8", constraint="check_digit"),)
    assert 0.99 < decoded.probability < 1


def test_a_number_that_is_surely_written_wrong_stays_wrong():
    decoded = decode_field(field_of(2, check_digit="luhn"), cells_of((1, 0.999999), (3, 0.999999)), None)

    assert (decoded.text, decoded.changes) == ("13", ())
    assert decoded.probability > 0.95


def test_weak_evidence_leads_to_a_proposal_that_is_not_sure():
    cells = [*cells_of((1, SURE)), torn(3, 8, 0.997)]

    decoded = decode_field(field_of(2, check_digit="luhn"), cells, None)

    assert decoded.text == "18"
    assert decoded.probability < 0.9


@pytest.mark.parametrize("kind", CHECKS)
def test_a_kept_check_digit_makes_a_field_surer(kind):
    field = field_of(4, check_digit=kind)
    text = next(f"{n:04}" for n in range(1234, 10_000) if not judge_field(field, f"{n:04}")[1])
    cells = cells_of(*((int(digit), 0.98) for digit in text))

    assert decode_field(field, cells, None).probability > decode_field(field_of(4), cells, None).probability


def test_blank_boxes_stay_blank_and_their_zeros_count():
    field = field_of(6, check_digit="verhoeff", decimals=2, blanks=Blanks(leading="pad_zero"))
    right = next(d for d in "0123456789" if not judge_field(field, f"__236{d}")[1])
    wrong = str((int(right) + 1) % 10)
    cells = [*cells_of(None, None, (2, SURE), (3, SURE), (6, SURE)), torn(int(wrong), int(right))]

    decoded = decode_field(field, cells, None)

    assert decoded.text == f"__236{right}"
    assert [change.box for change in decoded.changes] == [6]


def test_a_gap_that_must_not_be_leaves_the_field_as_it_was_read():
    field = field_of(3, check_digit="luhn")

    decoded = decode_field(field, [*cells_of((1, 0.9), None), torn(3, 8)], None)

    assert (decoded.text, decoded.changes) == ("1_3", ())
    assert decoded.probability == pytest.approx(0.9 * 0.6, abs=1e-3)


def test_ink_that_may_be_no_digit_is_guessed_to_be_one_and_never_surely():
    cells = [*cells_of((1, SURE)), torn(10, 8, 0.6)]

    decoded = decode_field(field_of(2, check_digit="luhn"), cells, None)

    assert decoded.text == "18"
    assert decoded.changes == ()
    assert decoded.probability < 0.9


def test_a_field_without_any_digit_gets_none_from_its_constraints():
    cells = [torn(10, 1, 0.96), torn(10, 8, 0.96)]

    assert decode_field(field_of(2, check_digit="luhn"), cells, None).text == "??"


def test_without_its_roster_a_field_is_left_as_it_was_read():
    cells = [torn(4, 9)]

    assert decode_field(field_of(1, roster=ROSTER), cells, None).text == "4"
    assert decode_field(field_of(1, roster=ROSTER), cells, frozenset("9")).text == "9"


def test_a_roster_without_a_fitting_value_changes_nothing():
    decoded = decode_field(field_of(2, roster=ROSTER), cells_of((1, 0.9), (3, 0.9)), frozenset({"123", "x7", ""}))

    assert (decoded.text, decoded.changes) == ("13", ())


def test_a_roster_and_a_check_digit_are_kept_together():
    field, roster = field_of(2, roster=ROSTER, check_digit="luhn"), frozenset({"13", "18"})

    decoded = decode_field(field, [*cells_of((1, SURE)), torn(3, 8)], roster)

    assert decoded.text == "18"


def test_a_long_roster_has_the_best_of_all_its_lines():
    roster = frozenset(f"{n:06}" for n in range(0, 200_000, 2))
    cells = [*cells_of((1, SURE), (2, SURE), (0, SURE), (4, SURE), (5, SURE)), torn(7, 6)]

    decoded = decode_field(field_of(6, roster=ROSTER), cells, roster)

    assert decoded.text == "120456"
    assert [change.constraint for change in decoded.changes] == ["roster"]


def test_the_writing_in_an_area_keeps_its_point_and_the_doubt_of_its_cuts():
    field = area_of(check_digit="luhn").model_copy(update={"decimals": 1})
    cells = [*cells_of((1, SURE)), torn(3, 8)]

    whole = decode_field(field, cells, None, Written("1.3", 0.6))
    half = decode_field(field, cells, None, Written("1.3", 0.3))

    assert whole.text == half.text == "1.8"
    assert [change.box for change in whole.changes] == [2]
    assert half.probability < whole.probability


@given(cells=any_cells(3))
def test_without_constraints_a_field_is_what_the_network_reads(cells):
    decoded = decode_field(field_of(3), cells, None)

    assert decoded.text == "".join(cell.character for cell in cells)
    assert decoded.probability == pytest.approx(np.prod([cell.confidence for cell in cells]))
