"""Others' assessments brought in (plan P8): held apart, judged row by row, accepted or rejected, corrected and withdrawn."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.external import examination as rules
from domain.diagnosis.external.batch import (
    BATCH_DAY_AHEAD,
    BATCH_MODEL_UNKNOWN,
    BATCH_NAME_TAKEN,
    BATCH_NOTHING_WAITING,
    BATCH_ROW_NOT_WAITING,
    BATCH_ROW_OVERTAKEN,
    BATCHES,
    AcceptBatchRows,
    RejectBatchRows,
    SendResultBatch,
    batch_key,
)
from domain.diagnosis.external.batch_facts import ResultBatchHeld
from domain.diagnosis.external.examination import Sent, judge
from domain.diagnosis.external.result import (
    CERTIFICATES,
    EXTERNAL_RESULTS,
    RESULT_WITHDRAWN_ALREADY,
    RESULT_WITHDRAWN_WHEN,
    ExternalResultAccepted,
    ExternalResultStatus,
    ExternalResultWithdrawn,
    StatedResult,
    WithdrawExternalResult,
    external_result_stream,
    result_key,
    status_on,
)
from domain.diagnosis.external.rows import ReadRow
from domain.kernel import NOT_FOUND, OnStream
from domain.participants import enterprises as e
from domain.participants.enterprises import organisation_code
from domain.stated_dates import DAY_BEFORE_PROGRAMME, latest_date
from standards import external_editions
from tests.firm_ids import SALT, firm_id
from tests.rules.given import AT, REFUSED, Given, given
from tests.rules.participants.roster_files import FIRM, OTHER, on_record

TODAY, DAY = AT.date(), timedelta(days=1)
ROW = ReadRow(
    row=2,
    uscc=FIRM.uscc,
    name=FIRM.name,
    number="DCMM-31-0001",
    level="受管理级",
    assessed_on=date(2023, 11, 2),
    valid_until=date(2026, 11, 1),
    body="示例评估机构",
)
SHEET = ReadRow(row=2, uscc=FIRM.uscc, level="2", score=Decimal("46.5"), assessed_on=date(2024, 3, 1))
KEY = "city.b1"
PARTNER = {"role": "partner", "organisation": "310117", "by": "partner-erp"}


def file_of(*rows: ReadRow, digest: str = "a", **rest: Any) -> SendResultBatch:
    values: dict[str, Any] = {
        "name": "b1",
        "model": "dcmm",
        "stated_on": TODAY,
        "sender": "city",
        "reach": "*",
        "digest": digest * 64,
        "filename": "证书.csv",
        "rows": rows,
        "findings": (),
        "refused_rows": 0,
        "salt": SALT,
    }
    return SendResultBatch(**values | rest)


def by_partner(*rows: ReadRow, **rest: Any) -> SendResultBatch:
    return file_of(*rows, **{"sender": "partner-erp", "reach": "310117", **rest})


def sent(*rows: ReadRow, case: Given | None = None, **rest: Any) -> Given:
    """The city's batch of some rows, held apart."""
    known = case or given(BATCHES).having_read(on_record(FIRM, OTHER))
    return known.when(file_of(*rows, **rest), "city")


def stated(day: date) -> Given:
    """A batch as of a day."""
    return sent(stated_on=day)


def held(case: Given) -> ResultBatchHeld:
    (fact,) = case.facts
    assert isinstance(fact, ResultBatchHeld)
    return fact


def accept(case: Given, *rows: int, key: str = KEY) -> Given:
    return case.when(AcceptBatchRows(batch=key, rows=rows, reason="与发证机构核对无误"), "city")


def another(case: Given) -> Given:
    """Another batch, beside all that is on record by now."""
    return given(BATCHES).having_read(case.read)


def found(*rows: ReadRow, known: dict[str, Any] | None = None, model: str = "dcmm", **how: Any) -> list[tuple[int, str, str, str]]:
    """(row, column, code, severity) of the findings."""
    said: dict[str, Any] = {"stated_on": TODAY, "sender": "city", "reach": "*", "registered": {}}
    titles = {name: name for name in ReadRow.model_fields}
    read = {**on_record(FIRM, OTHER), **(known or {})}
    judged = judge(rows, Sent(model=model, salt=SALT, titles=titles, **said | how), read, TODAY)
    for one in judged.findings:
        assert "{" not in one.says + one.says_in_english
        REFUSED.add(one.code)
    return [(one.row, one.column, one.code, one.severity.value) for one in judged.findings]


def changed(**values: Any) -> ReadRow:
    return ROW.model_copy(update=values)


def test_a_batch_is_held_apart_and_nothing_of_it_counts_until_a_person_accepts_it() -> None:
    case = sent(ROW).happened("batch.held.v1")
    assert (held(case).refused_rows, [one.row for one in held(case).rows]) == (0, [2])
    accept(case).happened("batch.rows_accepted.v1", "assessment.accepted.v1")
    fact = case.facts[1]
    assert isinstance(fact, OnStream)
    accepted = fact.event
    assert isinstance(accepted, ExternalResultAccepted)
    assert (accepted.stated.enterprise, accepted.stated.edition) == (firm_id(FIRM.uscc), "dcmm-2018")
    provenance = (accepted.batch, accepted.row, accepted.digest, accepted.sender, accepted.stated_on)
    assert provenance == ("batch/city.b1/1", 2, "a" * 64, "city", TODAY)


def test_the_same_batch_twice_changes_nothing_and_its_name_holds_no_other_file() -> None:
    case = sent(ROW)
    sent(ROW, case=case).then()
    for other in ({"digest": "b"}, {"model": "cmmm"}, {"stated_on": TODAY - DAY}):
        sent(ROW, case=case, **other)
        case.refused(BATCH_NAME_TAKEN, path="name")
    accept(case)
    again = sent(ROW, case=another(case), name="b2")
    assert held(again).warned == 1
    accept(again, key="city.b2").happened("batch.rows_accepted.v1")


def test_rows_are_accepted_or_rejected_one_by_one_or_all_that_nothing_is_to_be_looked_at() -> None:
    renamed = changed(row=3, number="DCMM-31-0002", name="另一名称")
    last = changed(row=4, number="DCMM-31-0003")
    case = sent(ROW, renamed, last)
    assert {one.row: one.asked for one in held(case).rows} == {2: (), 3: ("RESULT_NAME_DIFFERS",), 4: ()}
    case.when(RejectBatchRows(batch=KEY, rows=(4,), reason="证书已作废"), "city").happened("batch.rows_rejected.v1")
    accept(case).happened("batch.rows_accepted.v1", "assessment.accepted.v1")
    accept(case)
    case.refused(BATCH_NOTHING_WAITING)
    for row in (2, 4, 9):
        accept(case, 3, row)
        case.refused(BATCH_ROW_NOT_WAITING, path="rows.1", row=row)
    accept(case, 3).happened("batch.rows_accepted.v1", "assessment.accepted.v1")
    case.when(RejectBatchRows(batch=KEY, reason="无"), "city").refused(BATCH_NOTHING_WAITING)


def test_a_later_statement_corrects_and_an_earlier_one_that_comes_late_does_not() -> None:
    case = accept(sent(ROW))
    higher = changed(level="稳健级")
    late = sent(higher, case=another(case), name="b2", stated_on=TODAY - DAY)
    assert (held(late).rows, held(late).refused) == ((), 1)
    later = sent(higher, case=another(case), name="b2")
    assert held(later).rows[0].asked == ("RESULT_CORRECTS",)
    accept(later, key="city.b2")
    later.refused(BATCH_NOTHING_WAITING)
    accept(later, 2, key="city.b2").happened("batch.rows_accepted.v1", "assessment.accepted.v1")
    stands = later.read[external_result_stream(result_key(statement()))]
    assert (stands.version, stands.stated.level) == (2, "稳健级")


def statement() -> StatedResult:
    """What the certificate of `ROW` states."""
    return held(sent(ROW)).rows[0].stated


def test_what_was_accepted_meanwhile_is_looked_at_again() -> None:
    first, second = sent(ROW), sent(changed(uscc=OTHER.uscc, name=None), name="b2")
    second.having_read(accept(first).read)
    accept(second, 2, key="city.b2")
    second.refused(BATCH_ROW_OVERTAKEN, path="rows.0", row=2)
    accept(second, key="city.b2")
    second.refused(BATCH_NOTHING_WAITING)


def test_the_edition_is_that_of_the_day_of_the_assessment() -> None:
    editions = {}
    for day in (date(2024, 3, 1), date(2026, 6, 30), date(2026, 7, 1)):
        row, at = changed(assessed_on=day, valid_until=None), AT.replace(year=2026, month=8)
        case = given(BATCHES).having_read(on_record(FIRM)).when(file_of(row, stated_on=at.date()), "city", at=at)
        editions[day] = held(case).rows[0].stated.edition
    assert list(editions.values()) == ["dcmm-2018", "dcmm-2018", "dcmm-2025"]


def test_each_row_is_told_what_is_wrong_with_it_and_the_others_go_on() -> None:
    wrong = (
        (changed(uscc="91310000XX0000039R"), "uscc", rules.RESULT_FIRM_UNKNOWN, "refused"),
        (changed(name="示例另一家"), "name", rules.RESULT_NAME_DIFFERS, "confirm"),
        (changed(assessed_on=date(2017, 1, 1)), "assessed_on", rules.RESULT_BEFORE_EDITIONS, "refused"),
        (changed(assessed_on=TODAY + DAY), "assessed_on", rules.RESULT_DAY_AHEAD, "refused"),
        (changed(level="六级"), "level", rules.RESULT_LEVEL_UNKNOWN, "refused"),
        (changed(valid_until=ROW.assessed_on - DAY), "valid_until", rules.RESULT_DAYS_REVERSED, "refused"),
        (changed(valid_until=TODAY - DAY), "valid_until", rules.RESULT_EXPIRED, "confirm"),
        (changed(number=None), "number", rules.RESULT_NUMBER_MISSING, "refused"),
    )
    for row, column, rule, severity in wrong:
        right = changed(row=3, number="DCMM-31-0009")
        assert found(row, right) == [(2, column, rule.code, severity)], rule.code
    assert found(ROW, changed(row=5, number="ｄｃｍｍ-31-0001")) == [(5, "number", "RESULT_REPEATED", "refused")]
    security = SHEET.model_copy(update={"score": None, "level": "三级", "assessed_on": date(2024, 4, 20), "variant": "矿山企业"})
    assert found(security, model="internet-security") == [(2, "variant", "RESULT_VARIANT_UNKNOWN", "refused")]
    assert found(security.model_copy(update={"variant": "平台企业"}), model="internet-security") == []


def test_an_organisation_under_another_division_is_told_the_code_on_record() -> None:
    moved = FIRM.uscc[:2] + "310117" + FIRM.uscc[8:]
    registered = {organisation_code(moved): {FIRM.uscc: FIRM.uscc}}
    assert found(changed(uscc=moved), registered=registered) == [(2, "uscc", "RESULT_OTHER_DIVISION", "refused")]


def test_a_certificate_is_of_one_firm_and_a_withdrawn_one_is_asked_about() -> None:
    case = accept(sent(ROW))
    assert found(ROW, known=case.read) == [(2, "number", "RESULT_ON_RECORD", "warned")]
    assert found(changed(level="3"), known=case.read) == [(2, "number", "RESULT_CORRECTS", "confirm")]
    early = {"known": case.read, "stated_on": TODAY - DAY}
    assert found(changed(level="3"), **early) == [(2, "number", "RESULT_OLDER", "refused")]
    taken = changed(uscc=OTHER.uscc, name=OTHER.name)
    assert found(taken, known=case.read) == [(2, "number", "RESULT_NUMBER_TAKEN", "refused")]
    stream = external_result_stream(result_key(statement()))
    ended = {**case.read, stream: case.read[stream].model_copy(update={"withdrawn_on": TODAY - DAY})}
    assert found(ROW, known=ended) == [(2, "number", "RESULT_WAS_WITHDRAWN", "confirm")]
    assert found(ROW, known=ended, stated_on=TODAY - DAY) == [(2, "number", "RESULT_OLDER", "refused")]
    long_ago = {**case.read, stream: case.read[stream].model_copy(update={"withdrawn_on": TODAY - 5 * DAY})}
    assert found(ROW, known=long_ago) == [(2, "number", "RESULT_WAS_WITHDRAWN", "confirm")]
    between = found(changed(level="3"), known=long_ago, stated_on=TODAY - 2 * DAY)
    assert between == [(2, "number", "RESULT_OLDER", "refused")], "older than what was stated, though later than the withdrawal"


def test_a_row_that_says_nothing_of_a_last_day_or_a_body_ends_neither() -> None:
    case = accept(sent(ROW))
    bare = changed(valid_until=None, body=None, silent=("valid_until", "body", "score", "variant"))
    assert found(bare, known=case.read) == [(2, "number", "RESULT_ON_RECORD", "warned")]
    raised = sent(bare.model_copy(update={"level": "稳健级"}), case=another(case), name="b2", digest="b")
    [proposed] = held(raised).rows
    assert (proposed.stated.level, proposed.stated.valid_until, proposed.stated.body) == ("稳健级", ROW.valid_until, ROW.body)
    assert found(changed(valid_until=None), known=case.read) == [(2, "number", "RESULT_CORRECTS", "confirm")], "what is stated is"
    other = found(bare.model_copy(update={"uscc": OTHER.uscc, "name": OTHER.name}), known=case.read)
    assert other == [(2, "number", "RESULT_NUMBER_TAKEN", "refused")]


def test_what_another_sent_is_not_told_to_a_partner_by_its_own_empty_cells() -> None:
    read = accept(sent(ROW)).read
    bare = changed(valid_until=None, body=None, silent=("valid_until", "body"))
    case = given(BATCHES).having_read(read).when(by_partner(bare), **PARTNER)
    [proposed] = held(case).rows
    assert (proposed.stated.valid_until, proposed.stated.body) == (None, None)
    assert proposed.asked == ("RESULT_CORRECTS", "RESULT_OMITS")
    REFUSED.update(proposed.asked)
    accept(case, key=batch_key("partner-erp", "310117", "b1")).refused(BATCH_NOTHING_WAITING)


def test_a_last_day_that_nobody_means_is_told() -> None:
    assert found(changed(valid_until=date(9999, 12, 31))) == [(2, "valid_until", "RESULT_ENDS_TOO_LATE", "refused")]
    assert found(changed(valid_until=latest_date(TODAY) + DAY)) == [(2, "valid_until", "RESULT_ENDS_TOO_LATE", "refused")]
    assert found(changed(valid_until=latest_date(TODAY))) == []


def test_assessments_without_a_number_are_known_by_firm_kind_and_day() -> None:
    other_day = SHEET.model_copy(update={"row": 3, "assessed_on": date(2024, 4, 1)})
    same_day = SHEET.model_copy(update={"row": 4, "score": Decimal(50)})
    assert found(SHEET, other_day, model="sme") == []
    assert found(SHEET, same_day, model="sme") == [(4, "number", "RESULT_REPEATED", "refused")]


def test_a_partner_states_the_firms_of_its_scope_and_of_others_it_is_told_nothing() -> None:
    elsewhere = e.evolve(None, e.EnterpriseRegistered(year=2024, firm=OTHER.model_copy(update={"district": "310115"})))
    known = {e.enterprise_stream(firm_id(OTHER.uscc)): elsewhere}
    outside, absent = changed(uscc=OTHER.uscc, name=None), changed(uscc="91310000XX0000039R", name=None)
    told = [found(row, known=known, sender="partner-erp", reach="310117") for row in (outside, absent)]
    assert told == [[(2, "uscc", "RESULT_FIRM_UNKNOWN", "refused")]] * 2
    assert found(outside, known=known) == []


def test_of_a_result_that_another_sent_a_partner_is_told_nothing_and_the_city_is() -> None:
    read = accept(sent(ROW)).read
    higher = changed(level="稳健级")
    for row in (ROW, higher):
        assert found(row, known=read, sender="partner-erp", reach="310117") == []
    case = given(BATCHES).having_read(read).when(by_partner(higher, stated_on=TODAY - DAY), **PARTNER)
    assert held(case).rows[0].asked == ("RESULT_OLDER",)
    key = batch_key("partner-erp", "310117", "b1")
    accept(case, 2, key=key)
    case.refused(BATCH_ROW_OVERTAKEN, row=2)
    case.when(RejectBatchRows(batch=key, reason="口径较旧"), "city").happened("batch.rows_rejected.v1")


def test_who_sends_is_who_asks_and_only_the_city_decides() -> None:
    fresh = given(BATCHES).having_read(on_record(FIRM))
    for command, who in (
        (by_partner(ROW), {"role": "city"}),
        (file_of(ROW), PARTNER),
        (by_partner(ROW, reach="*"), PARTNER),
        (by_partner(ROW), {**PARTNER, "by": "partner-other"}),
    ):
        fresh.when(command, **who).refused(NOT_FOUND)
    fresh.when(by_partner(ROW), **PARTNER).happened("batch.held.v1")
    for role in ("district", "enterprise", "auditor", "bank"):
        given(BATCHES).when(file_of(ROW), role).refused(ROLE_NOT_ALLOWED)
    for decision in (AcceptBatchRows, RejectBatchRows):
        fresh.when(decision(batch=KEY, reason="无"), **PARTNER).refused(ROLE_NOT_ALLOWED)
        given(BATCHES).when(decision(batch="city.b7", reason="无"), "city").refused(NOT_FOUND)


def test_a_batch_is_of_a_known_model_and_of_a_day_that_has_come() -> None:
    sent(ROW, model="iso").refused(BATCH_MODEL_UNKNOWN, path="model", model="iso")
    sent(ROW, stated_on=TODAY + DAY).refused(BATCH_DAY_AHEAD, path="stated_on", latest=TODAY)
    sent(ROW, stated_on=date(2001, 1, 1)).refused(DAY_BEFORE_PROGRAMME, path="stated_on")


def test_a_file_that_cannot_be_read_is_held_without_rows() -> None:
    case = sent(refused_rows=0).happened("batch.held.v1")
    accept(case)
    case.refused(BATCH_NOTHING_WAITING)


def accepted() -> Given:
    (_, fact) = accept(sent(ROW)).facts
    assert isinstance(fact, OnStream)
    assert isinstance(fact.event, ExternalResultAccepted)
    return given(EXTERNAL_RESULTS, fact.event)


def withdraw(day: date = TODAY) -> WithdrawExternalResult:
    return WithdrawExternalResult(assessment="r1", withdrawn_on=day, reason="发证机构公告撤销")


def withdrawn(day: date) -> Given:
    """A result that was accepted, withdrawn as of a day."""
    return accepted().when(withdraw(day), "city")


def test_a_withdrawal_is_a_fact_with_its_day_and_reason() -> None:
    case = accepted().when(withdraw(), "city")
    case.then(ExternalResultWithdrawn(withdrawn_on=TODAY, reason="发证机构公告撤销"))
    case.when(withdraw(), "city").refused(RESULT_WITHDRAWN_ALREADY)
    for day in (TODAY + DAY, ROW.assessed_on - DAY):
        accepted().when(withdraw(day), "city").refused(RESULT_WITHDRAWN_WHEN, earliest=ROW.assessed_on, latest=TODAY)
    given(EXTERNAL_RESULTS).when(withdraw(), "city").refused(NOT_FOUND)
    for role in ("district", "partner", "enterprise"):
        accepted().when(withdraw(), role).refused(ROLE_NOT_ALLOWED)


@pytest.mark.parametrize(
    ("until", "withdrawn", "replaced", "expected"),
    [
        (None, None, False, ExternalResultStatus.VALID),
        (TODAY, None, False, ExternalResultStatus.VALID),
        (TODAY - DAY, None, False, ExternalResultStatus.EXPIRED),
        (TODAY - DAY, TODAY, False, ExternalResultStatus.WITHDRAWN),
        (None, TODAY + DAY, False, ExternalResultStatus.VALID),
        (None, TODAY, True, ExternalResultStatus.REPLACED),
    ],
)
def test_what_a_result_is_worth_is_told_of_a_day(
    until: date | None, withdrawn: date | None, replaced: bool, expected: ExternalResultStatus  # noqa: FBT001 - a case
) -> None:
    assert status_on(TODAY, valid_until=until, withdrawn_on=withdrawn, replaced=replaced) is expected


def test_certificates_are_of_models_that_the_registry_holds() -> None:
    assert {one.model for one in external_editions()} > CERTIFICATES
