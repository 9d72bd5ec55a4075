"""Enterprise 企业: what it is at present, and what each year's roster 名单 stated of it. plan P1, G4.

An enterprise's identity is its own, apart from its USCC: the id is derived once (`firm_ids`), when it is registered. A
statement belongs to the year of its roster; the present follows the latest year, so a roster of an earlier year that comes
in later changes that year alone. Only a roster writes an enterprise (`domain.participants.rosters`).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, assert_never
from unicodedata import normalize

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Mask, Place, Role, Term, admits, scope_of
from domain.kernel import (
    EVERYONE,
    NOT_FOUND,
    NOWHERE,
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    Stream,
    refuse_together,
    stream_of,
)


class Firm(BaseModel):
    """An enterprise as a roster states it 名单行. plan P1.

    district, subdistrict: GB/T 2260 codes, six and nine digits. park, reporting_unit, group: ids of organisations; the
    reporting unit is one that the firm reports to beside its district. industry: section C of GB/T 4754 as "C" and two to
    four digits. revenue_wan: yearly revenue in ten thousand yuan. size_class: large, medium, small or micro by the
    statistical rule. above_scale: whether the stated revenue reaches the threshold of the roster's year; being on the
    roster, not this, makes an enterprise count (plan G).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    uscc: Annotated[str, Field(min_length=1)]
    name: Annotated[str, Field(min_length=1)]
    district: Annotated[str, Field(min_length=1)]
    subdistrict: str | None = None
    park: str | None = None
    reporting_unit: str | None = None
    group: str | None = None
    industry: Annotated[str, Field(min_length=1)]
    employees: Annotated[int, Field(ge=0)]
    revenue_wan: Annotated[Decimal, Field(ge=0)]
    size_class: str
    above_scale: bool


# Events


class EnterpriseRegistered(Event):
    """An enterprise enters the programme by a year's roster 企业已登记; year None = an older entry, which didn't bear it."""

    type: Literal["enterprise.registered.v3"] = "enterprise.registered.v3"
    told_to: ClassVar = EVERYONE
    masks: ClassVar = frozenset({Mask.REVENUE})
    says: ClassVar = "{year:?按 @ 年名单}登记了企业“{firm.name}”"
    says_in_english: ClassVar = "registered the firm “{firm.name}”{year:? from the roster of @}"
    year: int | None
    firm: Firm


class EnterpriseRevised(Event):
    """The latest year's roster states an enterprise 企业信息已更新, and the present follows it; the whole new statement.

    year None = an older entry, which didn't bear it.
    """

    type: Literal["enterprise.revised.v3"] = "enterprise.revised.v3"
    told_to: ClassVar = EVERYONE
    masks: ClassVar = frozenset({Mask.REVENUE})
    says: ClassVar = "{year:?按 @ 年名单}更新了企业“{firm.name}”的信息"
    says_in_english: ClassVar = "updated what is on record of the firm “{firm.name}”{year:? from the roster of @}"
    year: int | None
    firm: Firm


class EnterpriseStated(Event):
    """A roster of an earlier year than the present's states an enterprise 往年名单已记载: that year's statement alone."""

    type: Literal["enterprise.stated.v1"] = "enterprise.stated.v1"
    told_to: ClassVar = EVERYONE
    masks: ClassVar = frozenset({Mask.REVENUE})
    says: ClassVar = "{year:?按 @ 年名单}记载了企业“{firm.name}”当年的信息，现状不变"
    says_in_english: ClassVar = (
        "recorded what the firm “{firm.name}” was{year:? on the roster of @}, without a change of what it is"
    )
    year: int
    firm: Firm


class EnterpriseTakenOffRoster(Event):
    """An enterprise no longer counts on a year's roster 企业已移出年度名单; what the roster stated of it stays known."""

    type: Literal["enterprise.taken_off_roster.v1"] = "enterprise.taken_off_roster.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "将企业移出 {year} 年名单：{reason}"
    says_in_english: ClassVar = "took the firm off the roster of {year}: {reason}"
    year: int
    reason: str


EnterpriseEvent = EnterpriseRegistered | EnterpriseRevised | EnterpriseStated | EnterpriseTakenOffRoster

# State


class Enterprise(Firm):
    """An enterprise at present 企业现状, and what each year's roster stated of it.

    year: of the roster that the present follows; None = it follows one whose entry didn't bear its year. stated: roster year
    -> statement. taken_off: years from whose roster it was taken.
    """

    year: int | None = None
    stated: Mapping[int, Firm] = {}
    taken_off: frozenset[int] = frozenset()

    @property
    def present(self) -> Firm:
        """The present statement alone 现状."""
        return Firm.model_construct(**{name: getattr(self, name) for name in Firm.model_fields})


def organisation_code(uscc: str) -> str:
    """Organisation code 组织机构代码 within a USCC (GB 11714): it stays when the registrar's division in the code changes."""
    return uscc[8:17]


def plain(text: str) -> str:
    """A text as it is compared and searched 比对文字: full-width signs made half-width, without blanks and case."""
    return "".join(normalize("NFKC", text).split()).casefold()


def enterprise_stream(enterprise: str) -> Stream:
    """Stream of one enterprise."""
    return stream_of("enterprise", enterprise)


def place_of(
    enterprise: str,
    firm: Firm,
    provider: str | None = None,
    *,
    consents: tuple[Term, ...] = (),
    assignments: tuple[Term, ...] = (),
) -> Place:
    """Where an enterprise's things lie 归属, from its current statement, and to whom they are open for a period."""
    return Place(
        enterprise=enterprise,
        district=firm.district,
        subdistrict=firm.subdistrict,
        park=firm.park,
        reporting_unit=firm.reporting_unit,
        group=firm.group,
        provider=provider,
        consents=consents,
        assignments=assignments,
    )


def place_of_named(
    command: Any,  # noqa: ANN401 - any that names an enterprise
    _state: object,
    read: Mapping[str, Any],
) -> Place:
    """Where a command about the firm that it names lies 所点名企业的归属; nowhere where there is none."""
    firm: Firm | None = read.get(enterprise_stream(command.enterprise))
    return NOWHERE if firm is None else place_of(command.enterprise, firm)


def own_firms(enterprises: Sequence[str], context: DecisionContext) -> list[tuple[int, str, Enterprise]]:
    """The firms that a sender names, each once, with where it first stands in the list 点名的本辖企业.

    Raises:
        Refused: NOT_FOUND at every place where a firm is absent or not the sender's, all told together.
    """
    scope, places, problems = scope_of(Role(context.role), context.organisation), dict[str, int](), []
    for at, identity in enumerate(enterprises):
        firm: Enterprise | None = context.read.get(enterprise_stream(identity))
        if firm is None or not admits(scope, place_of(identity, firm)):
            problems.append(NOT_FOUND.refuse(path=f"enterprises.{at}"))
        places.setdefault(identity, at)
    refuse_together(problems)
    return [(at, identity, context.read[enterprise_stream(identity)]) for identity, at in places.items()]


# Evolve: what has happened


def evolve(known: Enterprise | None, event: EnterpriseEvent) -> Enterprise:
    """The enterprise after one more fact: the present follows the latest year, every year keeps its own statement."""
    match event:
        case EnterpriseRegistered(year=year, firm=firm) | EnterpriseRevised(year=year, firm=firm):
            stated = {} if year is None else {year: firm}
            return Enterprise(
                **dict(firm),
                year=year,
                stated={**(known.stated if known is not None else {}), **stated},
                taken_off=(known.taken_off if known is not None else frozenset()) - stated.keys(),
            )
        case EnterpriseStated(year=year, firm=firm):
            assert known is not None  # noqa: S101 - an earlier year is stated of a firm that has a present
            changed = {"stated": {**known.stated, year: firm}, "taken_off": known.taken_off - {year}}
            return known.model_copy(update=changed)
        case EnterpriseTakenOffRoster(year=year):
            assert known is not None  # noqa: S101 - who was taken off was on it
            return known.model_copy(update={"taken_off": known.taken_off | {year}})
        case never:
            assert_never(never)


def _not_addressed(_command: Command, _enterprise: Enterprise | None, _occasion: DecisionContext) -> Facts:
    raise AssertionError("an enterprise is only written through a roster")


ENTERPRISES = Capability(
    name="enterprise",
    key_names=("enterprise",),
    commands=(),
    events=(EnterpriseRegistered, EnterpriseRevised, EnterpriseStated, EnterpriseTakenOffRoster),
    stream=lambda _command: Stream(""),
    decide=_not_addressed,
    evolve=evolve,
)
