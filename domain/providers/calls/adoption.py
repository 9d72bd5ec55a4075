"""Adoption of the year's directory 名录发布: who passed is listed with its tags, who did not is listed no more. plan V2, V4."""

from collections.abc import Iterator

from domain.governance.standing import DIRECTORY_STREAM, Directory, DirectoryStanding, Listing, listing_stream
from domain.kernel import DecisionContext, Fact, Facts, OnStream, Rule, cause_of
from domain.providers.applications.state import Application, application_stream
from domain.providers.calls.commands import AdoptDirectory
from domain.providers.calls.events import DirectoryAdopted
from domain.providers.calls.stages import require_stage
from domain.providers.calls.state import Call, CallStage, call_stream
from domain.providers.listings.events import DirectoryBegun, ListingLapsed, ProviderListed
from domain.providers.marking.rounds import applications, names_of

# Rules

LEAVING_NOT_CONFIRMED = Rule(
    "LEAVING_NOT_CONFIRMED",
    "plan V4",
    "按此发布，{listed} 家入选，现有名录中的 {leaving} 家退出（{names}）；核对无误后，请在 leaving 填写 {leaving}",
    "By this {listed} enter and {leaving} of those listed now leave ({names}); check them, then state {leaving} as `leaving`",
)
NAMED_AT_MOST = 20
"""Providers that the refusal names."""

IN_DIRECTORY = frozenset({DirectoryStanding.LISTED, DirectoryStanding.WARNED, DirectoryStanding.SUSPENDED})


def adopt_directory(command: AdoptDirectory, call: Call, context: DecisionContext) -> Facts:
    """Once the objections are over 发布名录. Who is in the directory before and is not selected again leaves it.

    Raises:
        Refused: CALL_OUT_OF_ORDER, LEAVING_NOT_CONFIRMED.
    """
    require_stage(call, CallStage.CONFIRMED)
    directory: Directory | None = context.read.get(DIRECTORY_STREAM)
    before = directory.members if directory is not None else ()
    known = applications(call, context)
    chosen = {one for one, found in known.items() if found.result is not None and found.result.is_listed}
    adopted = cause_of(call_stream(call.year), call.version + 1)
    facts: list[Fact] = [
        OnStream(listing_stream(one), _listed(call, known[one], context)) for one in sorted(chosen)
    ]
    lapsed = sorted(_leaving(before, chosen, context))
    if len(lapsed) != (command.leaving or 0):
        names = names_of(lapsed[:NAMED_AT_MOST], context) + ("……" if len(lapsed) > NAMED_AT_MOST else "")
        raise LEAVING_NOT_CONFIRMED.refuse(path="leaving", listed=len(chosen), leaving=len(lapsed), names=names)
    for one in lapsed:
        found = known.get(one)
        causes = (adopted, *((_result(call, found),) if found is not None and found.result is not None else ()))
        gone = ListingLapsed(year=call.year, on=context.day, rule=call.rule_cause, causes=causes)
        facts.append(OnStream(listing_stream(one), gone))
    begun = DirectoryBegun(year=call.year, since=context.day, members=tuple(sorted(chosen)), call=adopted)
    facts.append(OnStream(DIRECTORY_STREAM, begun))
    return (*facts, DirectoryAdopted(year=call.year, listed=len(chosen), lapsed=len(lapsed)))


def _listed(call: Call, application: Application, context: DecisionContext) -> ProviderListed:
    assert application.result is not None  # noqa: S101 - who is chosen has one
    return ProviderListed(
        year=call.year,
        on=context.day,
        tags=application.result.tags,
        rule=call.rule_cause,
        causes=(_result(call, application),),
    )


def _result(call: Call, application: Application) -> str:
    assert application.result_version is not None  # noqa: S101 - set together with the result
    return cause_of(application_stream(call.year, application.provider), application.result_version)


def _leaving(before: tuple[str, ...], chosen: set[str], context: DecisionContext) -> Iterator[str]:
    """Who was in the directory, still stands in it, and is not chosen again."""
    for one in before:
        listing: Listing | None = context.read.get(listing_stream(one))
        if one not in chosen and listing is not None and listing.standing in IN_DIRECTORY:
            yield one
