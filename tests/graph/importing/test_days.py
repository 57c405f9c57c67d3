"""Days as tables write them, and the order of day and month that a column has."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.exceptions import InputError
from graph.importing.days import Order, found_order, iso_day, order_of
from graph.importing.events import Options

DAYS = st.dates(date(1946, 1, 1), date(2045, 12, 31))


@given(DAYS, st.sampled_from(["%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%Y-%m-%d 00:00:00", "%Y-%m-%dT12:30:00Z"]))
def test_the_year_first_needs_no_order(day: date, form: str) -> None:
    assert iso_day(day.strftime(form)) == day.isoformat()


@given(DAYS, st.sampled_from([(Order.DAY_FIRST, "{d}/{m}/{y}"), (Order.MONTH_FIRST, "{m}.{d}.{y}")]))
def test_the_year_last_needs_one(day: date, form: tuple[Order, str]) -> None:
    order, text = form
    cell = text.format(d=day.day, m=day.month, y=day.year)
    assert iso_day(cell, order) == day.isoformat()
    if day.day != day.month:
        with pytest.raises(ValueError, match="--set dates=day-first or dates=month-first"):
            iso_day(cell)


@given(st.lists(DAYS, min_size=1))
def test_a_column_tells_its_order_with_one_day_after_the_twelfth(days: list[date]) -> None:
    cells = [f"{d.month}/{d.day}/{d.year}" for d in days]
    certain = any(d.day > 12 for d in days)
    assert order_of(cells) == (Order.MONTH_FIRST if certain else None)
    assert order_of([*cells, "31/1/2018"]) == (None if certain else Order.DAY_FIRST)


@pytest.mark.parametrize(
    "cell", ["", "NA", "2018-13-01", "2018-02-30", "31/13/2018", "201806", "2018115", "1.9E+01", "2018-06/01"]
)
def test_what_is_no_day(cell: str) -> None:
    with pytest.raises(ValueError, match="is no day"):
        iso_day(cell, Order.DAY_FIRST)


def test_the_user_may_say_which() -> None:
    assert found_order(Options(values={"dates": "day-first"}), lambda: iter(["12/31/2018"])) is Order.DAY_FIRST
    assert found_order(Options(), lambda: iter(["2018-06-01"])) is None
    assert found_order(Options(), lambda: iter(["1/6/2018", "1/13/2018"])) is Order.MONTH_FIRST
    with pytest.raises(InputError, match=r"'us' is no order of dates \(set dates=day-first or dates=month-first\)"):
        found_order(Options(values={"dates": "us"}), lambda: iter([]))
