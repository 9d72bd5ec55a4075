"""Peers over the API (plan P4, R1): a band among firms alike to the firm's parties, as of its report; else why none is told."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.peers import PeerGroup, PeerResult
from domain.diagnosis.report import ReportIssued
from domain.diagnosis.scoring import DiagnosisScored
from domain.diagnosis.state import Diagnosis, diagnosis_stream
from domain.instants import microseconds, utc_moment
from domain.participants.enterprises import ENTERPRISES, EnterpriseRegistered, Firm, enterprise_stream
from journal import NewEntry
from journal.codec import decode, encode, folded, stored_names
from projections.diagnosis.peer_results import peers_of, reported_case
from projections.report import Archive
from projections.report.archive import PeersOf
from tests.live_city import FIRM, LiveCity
from tests.small_city import FILE

KEPT = stored_names([DiagnosisOpened, DiagnosisScored])
STANDING = """query($id: ID!) { peerStanding(diagnosis: $id) {
  basis year edition form industry { code } sizeClass firmsAtLeast ownersAtLeast mark
  total { fromPercent toPercent } dimensions { id name band { fromPercent toPercent } } } }"""


def told(city: LiveCity, who: str, case: str) -> Any:
    return city.data(who, STANDING, id=case)["peerStanding"]


def reported(city: LiveCity, like: str, shifts: Sequence[int], **firm: Any) -> list[str]:
    """Cases of so many other firms, written as the journal has that of one, each with so many points more."""
    services = city.installation.services
    history = services.journal.read(diagnosis_stream(like.removeprefix("diagnosis/")))
    found = []
    for shift in shifts:
        number = services.journal.head().size
        stated = FIRM.model_copy(update={"uscc": f"U{number}", "name": f"示例同类企业{number}", "group": None} | firm)
        registered = EnterpriseRegistered(year=2024, firm=stated)
        entries = [NewEntry(enterprise_stream(f"e{number}"), 1, registered.type, encode(registered))]
        for fact in (decode(DIAGNOSES, one.type, one.state) for one in history if one.type in KEPT):
            changes = {"enterprise": f"e{number}"} if isinstance(fact, DiagnosisOpened) else {}
            if isinstance(fact, DiagnosisScored):
                changes = {"verified": _moved(fact.verified, shift)}
            told = encode(fact.model_copy(update=changes))
            entries.append(NewEntry(diagnosis_stream(f"d{number}"), len(entries), fact.type, told))
        issued = ReportIssued(version=1, file=FILE, total=Decimal(50), grade=5)
        entries.append(NewEntry(diagnosis_stream(f"d{number}"), len(entries), issued.type, encode(issued)))
        services.journal.append(entries, microseconds(services.clock()))
        found.append(f"d{number}")
    services.models.catch_up()
    return found


def _moved(measured: Any, shift: int) -> Any:
    dimensions = tuple(one.model_copy(update={"score": one.score + shift}) for one in measured.dimensions)
    return measured.model_copy(update={"total": measured.total + shift, "dimensions": dimensions})


def alike(city: LiveCity, shifts: Sequence[int], **firm: Any) -> str:
    """The firm's case, scored again once so many others had their reports, and issued."""
    case = city.scored()
    reported(city, case, shifts, **firm)
    city.done("provider", "scoreDiagnosis", diagnosis=case)
    city.done("provider", "issueReport", diagnosis=case)
    return case


def test_a_firm_reads_its_quarter_among_five_peers_and_so_do_its_parties_alone(city: LiveCity) -> None:
    case = alike(city, [-5, -4, -3, 2, 3])
    found = told(city, "enterprise", case)
    assert (found["basis"], found["firmsAtLeast"], found["ownersAtLeast"], found["mark"]) == (
        "WHOLE_BATCHES",
        5,
        5,
        "I",
    )
    assert (found["industry"]["code"], found["sizeClass"], found["form"]) == ("C34", "MEDIUM", "BRIEF")
    assert found["total"] == {"fromPercent": 50, "toPercent": 75}
    assert {(one["band"]["fromPercent"], one["band"]["toPercent"]) for one in found["dimensions"]} == {(50, 75)}
    for who in ("provider", "district", "group", "auditor"):
        assert told(city, who, case) == found
    for who in ("stranger", "rival", "pudong"):
        assert told(city, who, case) is None
    assert city.ask("supplier", STANDING, id=case)["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_four_peers_or_five_of_one_group_tell_nothing_and_why(city: LiveCity) -> None:
    case = city.scored()
    reported(city, case, [1, 2, 3, 4])
    reported(city, case, [5, 6, 7], industry="C35")
    reported(city, case, [5, 6, 7], size_class="large")
    assert told(city, "enterprise", case) is None, "there is no report yet"
    city.done("provider", "scoreDiagnosis", diagnosis=case)
    city.done("provider", "issueReport", diagnosis=case)
    found = told(city, "enterprise", case)
    assert (found["basis"], found["firmsAtLeast"], found["total"], found["dimensions"]) == ("TOO_FEW", None, None, None)


def test_later_reports_and_withdrawals_move_no_standing_that_was_told(city: LiveCity) -> None:
    case = alike(city, [-5, -4, -3, 2, 3])
    before = told(city, "enterprise", case)
    later = reported(city, case, [-1] * 10)
    assert told(city, "enterprise", case) == before
    city.done("city", "withdrawDiagnosis", diagnosis=f"diagnosis/{later[0]}", reason="示例：停产")
    assert told(city, "enterprise", case) == before


def test_the_report_reads_the_same_peers_from_the_journal_alone_as_the_api_from_its_rows(city: LiveCity) -> None:
    case = alike(city, [-5, -4, -3, 2, 3])
    gone = reported(city, case, [1, 2, 3])
    city.done("city", "withdrawDiagnosis", diagnosis=f"diagnosis/{gone[0]}", reason="示例：停产")
    services, key = city.installation.services, case.removeprefix("diagnosis/")
    journal, position = services.journal, services.journal.head().size
    history = journal.read(diagnosis_stream(key))
    state = folded(DIAGNOSES, history)
    firm = folded_firm(city, state)
    with services.models.reading() as snapshot:
        own = reported_case(snapshot, key)
        assert own is not None
        rows = peers_of(snapshot, own.group)
    for known_to in (None, position // 2, position):
        listed: PeersOf | None = partial(listing, rows, known_to) if known_to is not None else None
        found = Archive(journal, peers_of=listed).peers(history, state, firm, utc_moment(history[-1].at), position)
        assert (found.group, found.owner, found.at_least) == (own.group, own.owner, 5)
        assert list(found.results) == rows


def listing(rows: Sequence[PeerResult], known_to: int, _group: PeerGroup) -> tuple[Sequence[PeerResult], int]:
    return rows, known_to


def folded_firm(city: LiveCity, state: Diagnosis) -> Firm:
    firm: Firm = folded(ENTERPRISES, city.installation.services.journal.read(enterprise_stream(state.enterprise)))
    return firm


def test_what_is_read_of_a_standing_is_written_down(city: LiveCity) -> None:
    case = city.issued()
    assert told(city, "district", case) is not None
    who_read = "{ disclosures(ofOthers: true) { nodes { entryPoint firms { subject } } } }"
    read = city.data("enterprise", who_read)["disclosures"]["nodes"]
    firms = [firm for one in read if one["entryPoint"] == "Query.peerStanding" for firm in one["firms"]]
    assert {firm["subject"] for firm in firms} == {diagnosis_stream(case.removeprefix("diagnosis/"))}
