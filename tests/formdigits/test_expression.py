"""What rules of several fields may say, and that everything else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formdigits.form_template.expression import parse_expression


def said_of(expr):
    """The complaint about an expression; nothing where it is accepted."""
    try:
        parse_expression(expr)
    except ValueError as error:
        return str(error)
    return ""


pieces = st.sampled_from("a b sum( blank( ( ) , + - * / == != < > and or not 1 0.5 ** . [ ] if else lambda".split())


@given(expr=st.text(max_size=60) | st.lists(pieces, max_size=20).map(" ".join))
def test_whatever_a_rule_says_it_is_accepted_or_refused_with_the_mend(expr):
    complaint = said_of(expr)

    assert not complaint or any(mend in complaint for mend in ("there are field names", "compare it", "several rules"))


@pytest.mark.parametrize(
    "expr",
    ["(" * 400 + "a" + ")" * 400, "-" * 400 + "a > 1", "not " * 100 + "blank(a)", "a" + "+a" * 150 + " > 1"],
)
def test_a_rule_that_is_too_deep_or_too_long_is_refused(expr):
    with pytest.raises(ValueError, match=r"too long, or too deep|is no expression"):
        parse_expression(expr)


@pytest.mark.parametrize(
    "expr",
    [
        "a ** b == c",
        "a.b == 1",
        "a[0] == 1",
        "(lambda: a)() == 1",
        "[a for a in b] == 1",
        "f(a) == 1",
        "sum() == 1",
        "sum(*a) == 1",
        "sum(a + 1) == 1",
        "blank(a + b)",
        "'a' == 'b'",
        "a is b",
        "a in (b, c)",
        "True",
        "a == True",
        "a == 1j",
        "a == 1e999",
        "a if b else c",
        "(a := b) == 1",
        "a == b and c",
        "not a",
        "a % 2 == 0",
        "from == to",
        "1and a == b",
        "",
        "a == b; c == d",
    ],
)
def test_what_rules_do_not_have_is_refused(expr):
    with pytest.raises(ValueError, match=r"compare|there are field names"):
        parse_expression(expr)
