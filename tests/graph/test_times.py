"""Dates bound what a source says, and never tell more."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.times import anchored_bounds, check_when_text, edtf_bounds
from tests.effort import tries

years = st.integers(1, 9999)
days = st.dates()
months = st.tuples(years, st.integers(1, 12))


def month_days(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


@given(days)
def test_a_day_is_bounded_by_itself(day: date) -> None:
    assert edtf_bounds(day.isoformat()) == (day, day)


@given(months)
def test_a_month_is_bounded_by_its_first_and_last_day(month: tuple[int, int]) -> None:
    year, number = month
    text = f"{year:04}-{number:02}"
    assert edtf_bounds(text) == edtf_bounds(f"{text}-XX") == edtf_bounds(f"{text}?") == month_days(year, number)


@given(years, st.sampled_from(["", "-21", "-24", "-33", "-XX", "-XX-XX", "?"]))
def test_a_year_or_a_season_is_bounded_by_its_year(year: int, rest: str) -> None:
    assert edtf_bounds(f"{year:04}{rest}") == (date(year, 1, 1), date(year, 12, 31))


@given(years, st.integers(1, 3))
def test_unspecified_digits_contain_every_year_that_they_may_stand_for(year: int, digits: int) -> None:
    text = f"{year:04}"[: 4 - digits] + "X" * digits
    earliest, latest = edtf_bounds(text)
    assert earliest
    assert latest
    assert earliest <= date(year, 1, 1) <= date(year, 12, 31) <= latest
    assert (earliest.year // 10**digits, latest.year // 10**digits) == (year // 10**digits,) * 2


@given(months, st.sampled_from("~%"))
def test_an_approximate_month_reaches_beyond_itself_and_its_neighbours_at_most_touch(
    month: tuple[int, int], mark: str
) -> None:
    year, number = month
    first, last = month_days(year, number)
    earliest, latest = edtf_bounds(f"{year:04}-{number:02}{mark}")
    assert earliest
    assert latest
    assert earliest < first or first == date.min
    assert latest > last or last == date.max
    assert (first - earliest).days <= 31
    assert (latest - last).days <= 31


@given(days, days)
def test_an_interval_runs_from_the_first_day_of_one_end_to_the_last_of_the_other(one: date, other: date) -> None:
    low, high = sorted((one, other))
    assert edtf_bounds(f"{low.isoformat()}/{high.isoformat()}") == (low, high)
    assert edtf_bounds(f"{low.isoformat()}/..") == edtf_bounds(f"{low.isoformat()}/") == (low, None)
    assert edtf_bounds(f"../{high.isoformat()[:7]}") == (None, month_days(high.year, high.month)[1])
    if low < high:
        with pytest.raises(ValueError, match="ends before it begins"):
            edtf_bounds(f"{high.isoformat()}/{low.isoformat()}")


@pytest.mark.parametrize(
    "text",
    [
        "2021-02-30", "2021-02-29", "2023-13", "2023-00", "2023-00-10", "2023-04-31", "0000", "2021-XX-05",
        "2021-21-05",
        "20210230", "21", "2021-2-3", "March 2021", "2021-03-05T10:00", "yesterday", "", "/", "../..", "2021/2022/2023",
        "-0044", "Y170000002", "Y17E8", "2021S299991", "{2021,2022}", "[0001..9999]", "2021-?03", "٢٠٢١", "2021\n",
        "XXXX",
    ],
)  # fmt: skip
def test_what_is_no_possible_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|ends before"):
        edtf_bounds(text)


@given(st.text(alphabet="0123456789-/.?~%XYES[]{}, T:", max_size=24))
@settings(max_examples=tries(400))
def test_any_string_is_bounded_or_refused(text: str) -> None:
    try:
        earliest, latest = edtf_bounds(text)
    except ValueError:
        return
    assert earliest or latest
    assert not (earliest and latest) or earliest <= latest


# Anchors: words that wait for the date of publication


def test_words_have_no_bounds_until_the_anchor_is_dated() -> None:
    assert anchored_bounds("just days ago; before publication", None) == (None, None)
    assert anchored_bounds("just days ago; before publication", "2031-03") == (None, date(2031, 3, 31))


def test_words_without_an_anchor_have_no_bounds() -> None:
    assert anchored_bounds("during the war", "2031-03-10") == (None, None)


@pytest.mark.parametrize(
    ("words", "published", "bounds"),
    [
        ("today; on publication", "2031-03-10", (date(2031, 3, 10), date(2031, 3, 10))),
        ("tomorrow; after publication", "2031-03", (date(2031, 3, 1), None)),
        ("since last September; since last september, before publication", "2031-03-10",
         (date(2030, 9, 1), date(2031, 3, 10))),
        ("since last September; Since last September, before publication", "2031-11",
         (date(2031, 9, 1), date(2031, 11, 30))),
        ("before publication", "2031", (None, date(2031, 12, 31))),
    ],
)  # fmt: skip
def test_anchored_words_are_bounded_by_the_date_of_publication(
    words: str, published: str, bounds: tuple[date | None, date | None]
) -> None:
    assert anchored_bounds(words, published) == bounds


@given(st.dates(min_value=date(2, 1, 1)), st.integers(1, 12))
def test_last_month_so_and_so_began_within_the_year_before_and_ended_before_the_month_of_publication(
    published: date, month: int
) -> None:
    name = calendar.month_name[month]
    earliest, latest = anchored_bounds(f"x; since last {name}, before publication", published.isoformat())
    assert latest == published
    assert earliest
    assert earliest.month == month
    assert earliest < published.replace(day=1)
    assert published - earliest <= timedelta(days=366 + 31)


def test_an_anchor_that_nobody_knows_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(ValueError, match=r"'before the flood' is no anchor: .*'before publication'"):
        check_when_text("long ago; before the flood")
    assert check_when_text("long ago") == "long ago"
