"""Printing 排版 of sheets about a provider: the same bytes for the same sheet. plan V4, V5."""

from functools import cache, partial
from typing import TYPE_CHECKING

from projections.documents.printing import TEMPLATES
from projections.documents.provider_sheets import (
    MOST_FACTS,
    ProviderRatingSheet,
    WhyListedSheet,
    shown_moment,
    shown_number,
    shown_share,
)
from projections.report import fonts, printing

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def _environment() -> "Environment":
    made = printing.environment(TEMPLATES, printing.TEMPLATES)
    made.filters |= {"shown": shown_number, "share": shown_share, "moment": shown_moment}
    made.globals["most_facts"] = MOST_FACTS
    return made


def _page(template: str, sheet: WhyListedSheet | ProviderRatingSheet, missing: tuple[str, ...]) -> str:
    told = {"sheet": sheet, "missing": missing, "renderer": printing.renderer(), "fonts": fonts.digest()}
    return _environment().get_template(template).render(told)


def why_listed_page(sheet: WhyListedSheet, missing: tuple[str, ...] = ()) -> str:
    """The HTML of why a provider stands where it does 在录缘由页面, every text of it escaped."""
    return _page("why_listed.html", sheet, missing)


def provider_rating_page(sheet: ProviderRatingSheet, missing: tuple[str, ...] = ()) -> str:
    """The HTML of a provider's rating of a year 服务商年度评价页面, every text of it escaped."""
    return _page("provider_rating.html", sheet, missing)


def print_why_listed(sheet: WhyListedSheet, holder: str) -> printing.Printed:
    """The PDF of why a provider stands where it does 在录缘由; see `typeset`."""
    return printing.typeset(partial(why_listed_page, sheet), holder)


def print_provider_rating(sheet: ProviderRatingSheet, holder: str) -> printing.Printed:
    """The PDF of a provider's rating of a year 服务商年度评价; see `typeset`."""
    return printing.typeset(partial(provider_rating_page, sheet), holder)
