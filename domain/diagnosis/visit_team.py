"""Team of a visit 现场诊断团队: its provider's people, certified on the day, one endorsed for the edition. plan P5, T1."""

from datetime import date

from domain.command_rights import DIAGNOSTICIANS
from domain.governance.qualification import Certificate, certificate_stream
from domain.kernel import DecisionContext, Refused, Rule, refuse_together
from domain.participants.people.state import Person, person_stream

# Rules

TEAM_TOO_SMALL = Rule(
    "TEAM_TOO_SMALL",
    "plan P5",
    "现场诊断至少须 {at_least} 名诊断师，计划中只有 {count} 名",
    "A visit takes at least {at_least} diagnosticians; the plan has {count}",
)
TEAM_MEMBER_UNKNOWN = Rule(
    "TEAM_MEMBER_UNKNOWN",
    "plan P5",
    "第 {number} 名人员在 {day} 不是本机构的诊断师，或重复列出；请从本机构人员中选取",
    "The person in place {number} is no diagnostician of your organisation on {day}, or stands twice; take one of your own",
)
TEAM_NOT_CERTIFIED = Rule(
    "TEAM_NOT_CERTIFIED",
    "plan T1",
    "第 {number} 名诊断师在 {day} 没有有效且未暂停的证书；请改派持证诊断师",
    "The diagnostician in place {number} holds no certificate in force on {day}; send a certified one",
)
TEAM_WITHOUT_TAG = Rule(
    "TEAM_WITHOUT_TAG",
    "plan T1",
    "到场诊断师中至少一名须有标准版本 {edition} 的行业签注，{day} 无人具备；请加派有签注的诊断师",
    "At least one diagnostician on site is endorsed for edition {edition}, and on {day} none is; send one who is",
)

# Decide: who may be of it


def require_team(team: tuple[str, ...], day: date, at_least: int, context: DecisionContext) -> None:
    """Enough people, each of the sender's organisation and certified on the day 团队要求.

    Raises:
        Refused: TEAM_TOO_SMALL, else TEAM_MEMBER_UNKNOWN and TEAM_NOT_CERTIFIED of every place, all told together.
    """
    if len(team) < at_least:
        raise TEAM_TOO_SMALL.refuse(path="team", at_least=at_least, count=len(team))
    refuse_together(
        wrong
        for place, person in enumerate(team)
        if (wrong := _unfit(place, person, person in team[:place], day, context)) is not None
    )


def _unfit(place: int, person: str, repeated: bool, day: date, context: DecisionContext) -> Refused | None:  # noqa: FBT001 - of one team
    known: Person | None = context.read.get(person_stream(person))
    held = known.memberships.values() if known is not None else ()
    own = any(one.role in DIAGNOSTICIANS and one.organisation == context.organisation and one.holds_on(day) for one in held)
    if repeated or not own:
        return TEAM_MEMBER_UNKNOWN.refuse(path=f"team.{place}", number=place + 1, day=day)
    if certificate_of(person, context).grade_on(day) is None:
        return TEAM_NOT_CERTIFIED.refuse(path=f"team.{place}", number=place + 1, day=day)
    return None


def certificate_of(person: str, context: DecisionContext) -> Certificate:
    """What somebody holds, as it was read 所持证书; an empty one of who holds none."""
    held: Certificate | None = context.read.get(certificate_stream(person))
    return held or Certificate()


def require_endorsed(team: tuple[str, ...], day: date, edition: str, context: DecisionContext) -> None:
    """At least one of them is endorsed for the edition on the day 行业签注.

    Raises:
        Refused: TEAM_WITHOUT_TAG.
    """
    for person in team:
        term = certificate_of(person, context).term_on(day)
        endorsed = term.endorsed.get(edition) if term is not None else None
        if endorsed is not None and endorsed <= day:
            return
    raise TEAM_WITHOUT_TAG.refuse(path="team", edition=edition, day=day)
