"""Certificates in the report (plan P4, P8): what others certified, beside an interval that awards nothing."""

import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from domain.diagnosis.external.result import (
    ExternalResultAccepted,
    ExternalResultStatus,
    ExternalResultWithdrawn,
    StatedResult,
    external_result_stream,
)
from domain.diagnosis.report import IssueReport
from domain.kernel import Event, name_of
from domain.standard.crosswalks.crosswalk import CrosswalkProposed, CrosswalkPublished
from domain.standard.crosswalks.state import crosswalk_stream
from journal import Journal, NewEntry, open_journal
from journal.codec import encode
from projections.report import reprint
from projections.report.sheet import sheet
from standards.edition.text import Source
from standards.external.crosswalk import CrosswalkRow, MappingRelation
from tests.projections.diagnosis.printed_report import NAMES, ReadModel, mixed, squeezed, texts
from tests.small_city import ENTERPRISE, PROVIDER

NUMBER = "DCMM-31-0001"


@pytest.fixture
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadModel]:
    journal = open_journal(f"sqlite:///{tmp_path_factory.mktemp('case') / 'journal.db'}")
    yield ReadModel(journal)
    journal.close()


def happened(journal: Journal, stream: str, *events: Event) -> None:
    version = len(journal.read(stream))
    for place, event in enumerate(events, version + 1):
        entry = NewEntry(stream=stream, version=place, type=name_of(type(event)), state=encode(event))
        journal.append([entry], time.time_ns() // 1000)


def accepted(journal: Journal, key: str, **changes: object) -> None:
    told: dict[str, object] = {"enterprise": ENTERPRISE, "model": "dcmm", "edition": "dcmm-2018", "number": NUMBER}
    told |= {"level": "稳健级", "assessed_on": date(2023, 11, 2)}
    stated = StatedResult(**told | changes)  # type: ignore[arg-type] # as the sentences above
    fact = ExternalResultAccepted(
        stated=stated, stated_on=date(2023, 12, 1), batch="batch/city.b1/1", row=2, digest="a" * 64, sender="city"
    )
    happened(journal, external_result_stream(key), fact)


def mapped(journal: Journal) -> None:
    row = CrosswalkRow(
        indicator="F06", node="data-standards", relation=MappingRelation.NARROW, rationale="示例", confidence=Decimal("0.8")
    )
    begun = CrosswalkProposed(edition="2023", external_edition="dcmm-2018", title="示例", source=Source(document="示例", mark="P"))
    published = CrosswalkPublished(version=1, rows=(row,), edition_digest="a" * 64, model_digest="b" * 64)
    happened(journal, crosswalk_stream("2023.dcmm-2018"), begun, published)


def test_a_certificate_stands_in_the_report_beside_an_interval_that_says_why_it_is_indicative(city: ReadModel) -> None:
    journal = city.city.journal
    accepted(journal, "a1")
    mapped(journal)
    city.scored(*mixed())
    city.city.send(PROVIDER, IssueReport(diagnosis="d1"), finish=city.finish)
    [line] = sheet(city.cases[-1]).certificates
    assert (line.number, line.stated.level, line.status) == ("GB/T 36073-2018", "稳健级", ExternalResultStatus.VALID)
    assert line.interval is not None
    assert line.interval.lower < line.interval.upper
    assert line.interval.indicative
    assert line.crosswalk_version == 1
    said = "".join(texts(next(iter(city.shelf.kept.values()))))
    for one in ("外部证书与可比区间", NUMBER, "GB/T 36073-2018", "2023-11-02", line.span, f"仅供参考：{line.reasons}"):
        assert squeezed(one) in said
    assert reprint(journal, "d1", 1, demo=True, names=NAMES).pdf in city.shelf.kept.values()


def test_what_came_to_be_known_after_the_case_and_what_is_no_certificate_of_the_firm_is_not_there(city: ReadModel) -> None:
    journal = city.city.journal
    accepted(journal, "a1", enterprise="another")
    accepted(journal, "a2", model="sme", edition="sme-2024", level="二级", number=None)
    accepted(journal, "a3", number="DCMM-31-0003")
    happened(journal, external_result_stream("a3"), ExternalResultWithdrawn(withdrawn_on=date(2024, 1, 1), reason="撤销"))
    accepted(journal, "a4", number="DCMM-31-0004", valid_until=date(2024, 1, 1))
    city.scored(*mixed())
    accepted(journal, "a5", number="DCMM-31-0005")
    [line] = sheet(city.issued()).certificates
    assert (line.stated.number, line.status, line.interval) == ("DCMM-31-0004", ExternalResultStatus.EXPIRED, None)


def test_a_report_of_a_firm_without_certificates_has_no_such_chapter(city: ReadModel) -> None:
    mapped(city.city.journal)
    city.scored(*mixed())
    city.city.send(PROVIDER, IssueReport(diagnosis="d1"), finish=city.finish)
    assert sheet(city.cases[-1]).certificates == ()
    assert "外部证书" not in "".join(texts(next(iter(city.shelf.kept.values()))))
