"""The contract's shape (plan P1, P7), held over the whole schema: what grows is paged, what is withheld is null, ids are ids."""

from collections.abc import Iterator

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)

from domain.masks import SIGNED_IN
from tests.live_city import RIGHTS, SCHEMA

TYPES = SCHEMA._schema.type_map  # noqa: SLF001 - strawberry has no other way to it
THINGS = (GraphQLObjectType, GraphQLInterfaceType)
ROOTS = ("Query", "Mutation", "Subscription")
BOUNDED = {
    "AnonymousApplication": dict.fromkeys(("documents", "industries", "staffByIndustry"), "of one application, within its limits"),
    "Application": dict.fromkeys(("documents", "industries", "links", "staff", "toMend"), "of one application, within its limits"),
    "PaperTemplate": dict.fromkeys(("whitePaper", "researchBrief"), "one a table of papers"),
    "ReportTemplate": {"parts": "one a chapter of a report"},
    "Paper": {"files": "one a form", "tables": "one a kind of table"},
    "Package": {"files": "one a kind of file", "receipts": "fifty at most"},
    "Prefill": {"offers": "one an indicator and certificate, of one questionnaire"},
    "Campaign": {"progress": "one a step"},
    "CampaignSubdistrict": {"progress": "one a step"},
    "GradeCertainty": {"chances": "one a grade"},
    "PeerStanding": {"dimensions": "one a dimension"},
    "OutreachAttendance": {"groups": "at most twenty functions"},
    "OutreachFollowUp": {"groups": "three"},
    "OutreachSession": {"turnout": "one a status"},
    "Demand": {"indicators": "ten at most"},
    "DemandMatch": {"reasons": "one a reason"},
    "Offer": dict.fromkeys(("changes", "members", "solutions"), "of one offer, within the limits of its input"),
    "Solution": {
        **dict.fromkeys(("cases", "indicators", "industries", "ties"), "of one solution, within the limits of its input"),
        "listings": "one a year",
    },
    "SolutionMatch": {"reasons": "one a reason"},
    "CallRule": {"weights": "one a dimension"},
    "DirectoryEntry": {"tags": "one an industry"},
    "Mark": dict.fromkeys(("dimensions", "industries"), "one a dimension, one an industry"),
    "SelectionResult": dict.fromkeys(("scores", "industries"), "one a dimension, one an industry"),
    "WhyListed": {"causes": "the chain behind the moves of a year"},
    "ArbiterOpinion": {"findings": "one an item"},
    "Arbitration": dict.fromkeys(("findings", "items", "opinions"), "one an item, one an arbiter of the panel"),
    "Calibration": {"ownCases": "the quarter's cases, as many as the rule says"},
    "Certificate": {"endorsements": "one an edition", "suspensions": "one a red line, each after a proceeding of months"},
    "CheapestImprovementPlan": dict.fromkeys(("improvements", "conditions", "obstacles"), "of one edition"),
    "ComparableResult": {"nodes": "of one external edition"},
    "Coverage": {"targets": "one a measure", "districts": "one a district"},
    "Diagnosis": {"answers": "one an indicator of its edition"},
    "Disclosure": {"firms": "what one answer held, which the cost of a query bounds"},
    "DraftText": dict.fromkeys(("dimensions", "indicators", "dropped", "differences", "documents"), "of one edition"),
    "Edition": dict.fromkeys(("dimensions", "indicators", "dropped", "documents"), "of one edition"),
    "EditionMapping": dict.fromkeys(("editions", "forms"), "one an industry, one a size class"),
    "EditionSensitivity": {"parameters": "of one edition"},
    "Enterprise": {"contacts": "those of the day, whom the firm names"},
    "Exam": {"tries": "the rule allows so many"},
    "ExamPaper": {"questions": "as many as the rule says"},
    "ExamQuestion": {"options": "of one question"},
    "ExternalEdition": dict.fromkeys(("variants", "levels", "nodes", "counts", "columns"), "of one file"),
    "ExternalNode": {"weights": "one a variant"},
    "FoundOnItem": {"numbers": "of one indicator"},
    "FollowUp": {"measures": "of one plan, within the limits of its input", "reports": "one a month of the rule"},
    "FollowUpReport": {"changes": "of one report, within the limits of its input"},
    "ExpertReading": {"recommendations": "of one reading, within the limits of its input"},
    "Feedback": {"scores": "of one feedback, within the limits of its input"},
    "FeedbackPool": {"means": "one a subject"},
    "GroupRollUp": dict.fromkeys(("dimensions", "editions"), "of the standard"),
    "ImprovementCosts": dict.fromkeys(("singles", "overridden"), "of one edition"),
    "ImprovementOutcome": {"gates": "of one edition"},
    "Indicator": dict.fromkeys(("numbers", "options"), "of one indicator"),
    "InternalReview": {"checks": "one an item of the form"},
    "IndicatorOrigin": {"changes": "of one indicator"},
    "LevelRule": {"conditions": "one a level"},
    "LiaisonNode": {"contacts": "those of the day, whom the unit names"},
    "PlannedImprovement": {"numbers": "of one indicator"},
    "ProviderFeedback": {"pools": "one a quarter"},
    "ProviderRating": dict.fromkeys(("inputs", "parts"), "one a component"),
    "RatingFairness": {"comparisons": "one a division and group", "divisions": "of a closed set"},
    "Result": {
        **dict.fromkeys(("dimensions", "indicators", "gates"), "of one edition"),
        "comparable": "one an external model",
    },
    "RuleProposal": {"outcomes": "the figures of one simulation"},
    "ShadowMover": {"reasons": "of the indicators of one edition"},
    "ShadowOutcome": dict.fromkeys(("matrix", "slices", "reasons", "obstacles", "sensitivity"), "of closed sets"),
    "SecondFactors": {"factors": "a person may enrol so many"},
    "StaffMember": {"industries": "of one person, within the limits of an application"},
    "Statement": {"numbers": "of one indicator"},
    "IndicatorAgreement": {"table": "one a pair of levels"},
    "PlannedFirm": {"others": "five at most"},
    "PolicyClause": {"anyOf": "ten at most"},
    "PolicyCheck": {"clauses": "twenty at most"},
    "PolicySimulation": {"districts": "one a district"},
    "PolicyTerms": {"clauses": "twenty at most"},
    "PublicationRule": {"groups": "forty at most"},
    "SubsidyRule": {"bases": "one a kind of work and size class"},
    "VisitPlan": dict.fromkeys(("interviews", "signIns"), "of one visit: of a team of at most twenty, one a function"),
    "WebhookDelivery": {"attempts": "as many as the rule of the day says"},
    "WebhookEndpoint": {"keys": "two at most"},
    "Training": {"modules": "of one text"},
    "Viewer": {"memberships": "those of today, of one person"},
    "WorkingYear": {"holidays": "of one year"},
    "YearRating": {"components": "one a component", "caseMix": "of three components, the divisions, sizes and districts there are"},
    "AppraisalSheet": {"districts": "one a district"},
    "Portrait": {"grades": "one a grade"},
    "Bottleneck": {"stages": "one a stage", "rework": "one a kind"},
    "ImplementationFunnel": {"steps": "five at most"},
    "StandardImplementation": {"gaps": "a hundred at most"},
    "YearPace": {"districts": "one a district"},
    "Query": {
        "bottlenecks": "one a district or provider",
        "burdenShares": "one a district",
        "deferredQuestions": "one an indicator",
        "ecosystemCounts": "one a kind of link",
        "calibrations": "one a quarter",
        "counterparts": "the seven there are",
        "targetSplit": "one a district or subdistrict",
        "counterfactualDirectory": "the applicants of one year",
        "datedRules": "one kind of rule, which changes once a year or so",
        "editionDifference": "of two editions",
        "editionMappings": "the city sets one a year or so",
        "editions": "the standard appears every few years",
        "externalModels": "those on file",
        "improvementCostTables": "of one edition, set once a year or so",
        "nodes": "as many as were asked for, at most 100",
        "ownCertificates": "one's own",
        "ownExams": "one's own, one an edition",
        "providerCandidates": "those of the directory with the tag of one industry",
        "providerCalls": "one a year",
        "restingOn": "as many as one chain holds",
        "readerCandidates": "the experts who read reports, whom the city names one by one",
        "ruleDifferences": "of one rule",
        "ruleProposals": "one kind of rule, which changes once a year or so",
        "trainings": "one an edition",
        "workToReassign": "providers that are suspended or removed",
    },
}
"""Type -> its plain lists of things -> what bounds them."""


def fields() -> Iterator[tuple[str, str, GraphQLField]]:
    """(type, name, field) of everything that is answered."""
    for name, kind in TYPES.items():
        if not name.startswith("__") and isinstance(kind, THINGS):
            yield from ((name, field, one) for field, one in kind.fields.items())


def test_a_list_of_things_that_may_grow_is_paged() -> None:
    plain = {
        (kind, name)
        for kind, name, one in fields()
        if is_list_type(get_nullable_type(one.type)) and isinstance(get_named_type(one.type), THINGS)
        if not kind.endswith(("Connection", "Payload"))
    }
    assert plain == {(kind, name) for kind, names in BOUNDED.items() for name in names}


def test_what_only_some_readers_of_a_thing_may_read_may_be_null() -> None:
    """So one fragment serves every role: where the right is missing the field is null, and the rest of the thing is answered."""
    refused = {
        f"{kind}.{name}"
        for kind, name, one in fields()
        if kind not in ROOTS and is_non_null_type(one.type) and (own := RIGHTS.rows.get(f"{kind}.{name}")) is not None
        if not RIGHTS.rows.get(f"{kind}.*", own) <= own
    }
    assert refused == set()


NAMES_OF_IDS = {
    "id", "about", "actor", "campaign", "diagnosis", "enterprise", "membership", "organisation", "person", "proceeding", "subject"
}  # fmt: skip
NAMES = {
    "IndicatorInput.id": "the code of an indicator to be",
    **dict.fromkeys(("PublishedGroup.id", "PublishedGroupInput.id"), "what a row or column of open data is called"),
    "StandardComment.organisation": "the name of who commented, never its id",
    **dict.fromkeys(
        ("ShadowObstacleCount.subject", "ShadowReason.subject", "ShadowReasonCount.subject"),
        "what of the standard, such as Z01 or bands; its kind stands beside it",
    ),
}
"""Texts under the name of an id -> what they are."""


def test_what_names_a_thing_is_an_id() -> None:
    texts = {f"{kind}.{name}" for kind, name, one in fields() if name in NAMES_OF_IDS and get_named_type(one.type).name == "String"}
    given = {
        f"{kind.name}.{name}"
        for kind in TYPES.values()
        if isinstance(kind, GraphQLInputObjectType)
        for name, one in kind.fields.items()
        if name in NAMES_OF_IDS and get_named_type(one.type).name == "String"
    }
    assert texts | given == NAMES.keys()


NO_INPUT = {"signOut": "it ends the session that it is sent with, and nothing else can be said"}
GATED = {
    "issueInvitation": "a role that appoints nobody invites nobody: the document is refused, as where a field may not be read",
    "requestUpload": "a role that sends no files: as above",
    "exportPerson": "the operator's: as above",
}
"""Mutations that are refused to a role as a whole -> why; every other says in `userErrors` that the role may not."""


def test_every_mutation_refuses_in_one_form() -> None:
    """One input, one payload of its own, whose `userErrors` is always there and whose rest is null where nothing was done."""
    mutations = TYPES["Mutation"]
    assert isinstance(mutations, GraphQLObjectType)
    for name, one in mutations.fields.items():
        own = name[0].upper() + name[1:]
        assert {argument: str(given.type) for argument, given in one.args.items()} == (
            {} if name in NO_INPUT else {"input": f"{own}Input!"}
        )
        payload = get_named_type(one.type)
        assert isinstance(payload, GraphQLObjectType)
        assert (str(one.type), str(payload.fields["userErrors"].type)) == (f"{own}Payload!", "[UserError!]!")
        assert [shown for shown, what in payload.fields.items() if is_non_null_type(what.type)] == ["userErrors"], name
    assert {name for name in mutations.fields if not RIGHTS.rows[f"Mutation.{name}"] >= SIGNED_IN} == GATED.keys()
