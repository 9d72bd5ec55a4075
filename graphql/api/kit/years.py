"""Years · 年度: one that a question names is one of the programme's, or it is refused with those there are. plan P1.

An empty answer of the year -1 looks like that of a year in which nothing happened.
"""

from domain.kernel import Rule
from domain.stated_dates import PROGRAMME_YEARS

YEAR_OUT_OF_RANGE = Rule(
    "YEAR_OUT_OF_RANGE",
    "plan P1",
    "年度 {given} 不在 {earliest} 至 {latest} 之间，请填四位年份",
    "The year {given} does not lie between {earliest} and {latest}; say one of them",
)


def require_year(year: int | None, path: str = "year") -> None:
    """Refuse a year in which nothing of the programme can be 检查所问年度; None asks for every year.

    path: the argument, as the client writes it.

    Raises:
        Refused: YEAR_OUT_OF_RANGE (plan P1).
    """
    if year is not None and year not in PROGRAMME_YEARS:
        raise YEAR_OUT_OF_RANGE.refuse(path=path, given=year, earliest=PROGRAMME_YEARS[0], latest=PROGRAMME_YEARS[-1])
