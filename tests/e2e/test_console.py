"""The console in a real browser, on the demo city, against a server that runs none but registered documents."""

import os
import re
import subprocess

import pytest

from tests.e2e.console_journeys import BIN, ROOT, Travelled, browser, demo, travelled

__all__ = ["browser", "demo", "travelled"]

ROLES = [
    *("city", "district", "enterprise", "provider", "diagnostician", "bank", "auditor", "operator", "arbiter"),
    *("department_filler", "marker", "support", "supplier"),
]
LARGEST_FIRST_LOAD = 250_000
LARGEST_PUBLIC_PAGE = 90_000
"""Bytes as they are sent, compressed."""
FIELDS_MET, TEXTS_SHOWN = 350, 5_000
"""Of the 424 texts that the console asks for, and how often one is seen on a page, where each is made hostile."""
ASKED_LATER = {
    *("EditionFor", "Experts", "CasesOfFirm", "DemandShown", "DemandMatching", "DirectoryBefore", "CommentsToAnswer", "DutyBodies"),
    *("DutyContacts", "DutyShown", "OwnPaper", "LiaisonsToConfirm", "FirmsOfBatch", "TiedFirms", "OfferParties", "EntriesOf"),
    *("DiagnosisThen", "EnterpriseThen", "Weakest", "RatingFacts", "Readers", "BatchShown", "FirmsOfRows", "ImportColumns", "Due"),
    *("Assessors", "SampledProviders", "StepsOf", "WhatIf", "VerifyCertificate", "VerifyReportFile", "CaseOfNumber"),
    *("FirmsNamed", "FirmsOfList", "Deferred", "Prefill"),
}
"""Queries of what is chosen, typed or begun first, and of a questionnaire that another journey may have handed in by then: their
answers need not be met by a journey that only opens pages."""
LONGEST_WAY, MOST_STEPS = 120, 8
"""Seconds, and things pressed or filled in, from where a newcomer lands."""


@pytest.mark.parametrize("script", ["types", "test"])
def test_the_pages_are_typed_and_their_logic_does_what_its_tests_say(script: str) -> None:
    assert (ROOT / "console" / "node_modules").exists(), "run scripts/console first; make install does"
    command = [str(BIN / "npm"), "run", "--silent", script]
    path = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=ROOT / "console", env=path, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stdout + done.stderr


def test_entering_and_leaving_leave_nothing_to_a_script(travelled: Travelled) -> None:
    found = travelled("entering.mjs")
    assert found["firstLoad"] <= LARGEST_FIRST_LOAD
    assert "密码" in found["refused"]
    assert (found["script"], found["httpOnly"], found["sameSite"], found["left"]) == ("", True, "Strict", 0)


@pytest.mark.parametrize("told", [("pages.mjs", role) for role in ROLES], ids="-".join)
def test_every_page_of_a_role_is_accessible_in_the_light_in_the_dark_and_on_a_phone(
    travelled: Travelled, told: tuple[str, ...]
) -> None:
    found = travelled(*told)
    assert "/standards" in found["paths"]
    assert re.search("可见范围：.+", found["scope"]), "why the reader sees what stands there"


def test_what_is_typed_stays_while_a_window_changes_asking_again_fails_a_click_goes_beside_or_a_page_is_loaded_anew(
    travelled: Travelled,
) -> None:
    typed = "已核对台账（示例）"
    kept = {"narrow": typed, "wide": typed, "beside": typed, "failed": typed, "begun": 1}
    found = travelled("keeping.mjs")
    assert "请重新载入" in found.pop("replaced")
    assert (found.pop("reloaded"), found.pop("afresh")) == ([typed, 1], "")
    assert found == {**kept, "left": 0}


def test_a_section_is_saved_by_itself_kept_without_a_network_and_never_overwritten(
    travelled: Travelled,
) -> None:
    found = travelled("filling.mjs")
    assert found == {
        "saved": True,
        "afterwards": True,
        "theirs": True,
        "begun": 1,
        "reason": '<img src=x onerror="alert(1)">',
    }


def test_what_cannot_be_answered_yet_is_marked_found_by_a_colleague_and_named_on_handing_in(
    travelled: Travelled,
) -> None:
    found = travelled("deferring.mjs")
    assert (found["marked"], found["later"], found["left"]) == (1, [True, False], 0)
    assert "标记为待填" in found["early"]
    assert found["id"] in found["early"]


def test_what_was_typed_is_there_again_to_its_person_alone_and_conflicts_answer_by_answer(
    travelled: Travelled,
) -> None:
    found = travelled("resuming.mjs")
    assert found["half"] == ["2401", ""]
    assert (found["others"], found["quick"], found["typed"], found["kept"]) == (0, True, True, [True, "2401", 0])
    assert "2 级" in found["theirs"]
    assert found["verified"] == "另一人的理由（示例）"


def test_a_file_used_twice_is_answered_for_and_a_certificate_is_offered_to_the_firms_answers(
    travelled: Travelled,
) -> None:
    found = travelled("signalling.mjs")
    assert "答复后或期满后方可认定" in found["early"]
    assert (found["needed"], "没有涉及本单位" in found["quiet"], found["wide"]) == ("请填写此项", True, False)
    assert "退回" in found["findings"]
    assert found["taken"] > 0


def test_an_answer_that_differs_from_the_firms_is_verified_with_its_reason(travelled: Travelled) -> None:
    found = travelled("verifying.mjs")
    assert found["held"] == 1
    assert found["saved"] == 1, found["says"]


def test_what_supports_an_answer_is_looked_at_beside_it_and_nothing_of_it_runs(travelled: Travelled) -> None:
    found = travelled("looking.mjs")
    assert (found["width"], found["beside"], found["wide"]) == (640, True, False)
    assert found["old"].startswith("设备,联网")
    assert '<img src=x onerror="alert(1)">' in found["text"]
    assert (found["shows"], found["away"], found["kept"]) == (True, 0, True)


def test_a_district_sees_what_is_late_where_its_roster_is_wrong_and_reminds_whom_it_invited(
    travelled: Travelled,
) -> None:
    found = travelled("steering.mjs")
    assert found["overdue"] == found["late"] > 0
    assert "统一社会信用代码" in found["finding"]
    assert "退回" in found["finding"]
    assert found["reminded"] > 0
    assert "其中 0 家" in found["listed"], "a list is checked before anybody is invited"


def test_a_provider_applies_is_told_what_is_missing_and_what_is_to_be_mended(
    travelled: Travelled,
) -> None:
    found = travelled("selecting.mjs")
    assert "产品成果" in found["early"]
    assert "退回补正" in found["returned"]
    assert (found["dimensions"], found["faults"]) == (5, 0)


def test_who_is_invited_joins_by_a_link_and_a_session_left_in_another_tab_leaves_nothing(
    travelled: Travelled,
) -> None:
    found = travelled("joining.mjs")
    assert "12–256" in found["refused"]
    assert (found["link"], found["rows"]) == (True, 0)


def test_a_newcomer_finds_the_way_to_four_things_in_less_than_two_minutes(travelled: Travelled) -> None:
    found = travelled("finding.mjs")
    assert "暂停" in found["suspended"]
    assert found["moves"] > 0
    assert found["held"]
    assert "核验通过" in found["dossier"]
    assert set(found["taken"]) == {"suspended", "held", "dossier", "filled"}
    for what, way in found["taken"].items():
        assert way["seconds"] < LONGEST_WAY, what
        assert way["steps"] <= MOST_STEPS, what


def test_each_role_does_what_it_does_first_by_keyboard_and_is_led_back_from_what_opens_beside(travelled: Travelled) -> None:
    found = travelled("keying.mjs")
    assert found["skipped"] == ["content", True], "past the menu, on the same page"
    assert (found["drawer"], found["modal"]) == ([True, True], [True, True]), "into it, and back to where it was opened"
    assert (found["narrowed"], found["opened"], found["radio"], found["upload"]) == ("overdue=&held=", "diagnoses", "radio", True)
    assert found["unseen"] == [], "each stop is seen"


def test_a_list_of_several_pages_is_exported_whole_and_one_that_is_no_table_as_it_is_narrowed(travelled: Travelled) -> None:
    found = travelled("exporting.mjs")
    assert found["rows"] == found["different"] == found["all"] > found["page"]
    assert (found["listed"], found["pagesAgain"]) == (min(found["all"], 50), found["page"])
    assert (found["ordered"], found["only"]) == (True, True)
    assert (found["back"], found["inOrder"], found["named"]) == (True, True, True)
    assert found["whole"] > found["narrowed"] == found["kept"] > 0


def test_a_dossier_is_checked_in_the_browser_and_a_certificate_by_anyone(travelled: Travelled) -> None:
    found = travelled("proving.mjs")
    assert "核验通过" in found["whole"]
    assert (all(one in found["about"] for one in ("案号", "企业", "等级", "核验总分", "截至最后一条")), found["raw"]) == (True, [])
    assert "核验不通过" in found["altered"]
    assert "DIGEST_DIFFERS" in found["altered"]
    assert "其间只增未改" in found["continued"]
    assert "签名不成立" in found["forged"]
    assert found["number"] in found["certificate"]
    assert "核验通过" in found["dossier"]
    assert found["bytes"] <= LARGEST_PUBLIC_PAGE


def test_a_visit_by_two_is_planned_signed_in_and_closed_and_a_report_is_reviewed_by_another(
    travelled: Travelled,
) -> None:
    found = travelled("visiting.mjs")
    assert "至少须 2 名诊断师" in found["tooFew"]
    assert "尚不完整" in found["early"]
    assert (found["planned"], found["closed"], found["items"], found["returned"]) == (True, 1, 6, 1)


def test_what_a_firm_says_of_a_step_is_replied_to_and_asked_again_of_another(travelled: Travelled) -> None:
    found = travelled("speaking.mjs")
    assert "出具报告" in found["early"]
    assert "申请复核" in found["running"]
    assert found["seen"] == 1


def test_a_plan_for_a_batch_is_changed_with_a_reason_and_adopted_by_a_person(travelled: Travelled) -> None:
    found = travelled("matching.mjs")
    assert (found["optimal"], found["tied"], found["needed"], found["changed"]) == (1, 1, "请填写此项", True)


def test_a_rating_is_opened_to_its_parts_and_a_draw_is_committed_to_in_time(travelled: Travelled) -> None:
    found = travelled("rating.mjs")
    assert found["facts"] >= 3
    assert (found["parts"], found["tiles"]) == (5, 16)  # sampled jobs too
    assert found["dossier"].endswith(".rating.dossier.json")
    assert re.search(r"[甲乙丙丁]档：.*概率", found["reason"])
    assert found["paper"].endswith(".pdf")
    assert found["paid"].endswith("元")
    assert "开始之前承诺" in found["late"]
    assert "当月结束后" in found["early"]
    assert "import" in found["script"]


def test_a_target_is_set_and_a_district_sees_where_its_year_ends_and_opens_its_appraisal_to_firms(
    travelled: Travelled,
) -> None:
    found = travelled("pacing.mjs")
    assert "120" in found["refused"]
    assert found["forecast"].split("\t")[2] == "68"  # as stated for the district itself, before the city's share of 60 percent
    assert found["counted"] == found["firms"] > 0
    assert (found["wide"], "名单" in found["empty"]) == (False, True)
    assert "三项数值均不公布" in found["uplift"], "of so few firms, and why"


def test_a_report_is_filed_read_by_an_expert_and_followed_up_until_the_district_closes_it(
    travelled: Travelled,
) -> None:
    found = travelled("reading.mjs")
    assert re.fullmatch(r"310117-\d{4}-\d{5}", found["number"])
    assert "解读之后记录" in found["refused"]
    assert "现在尚早" in found["early"]
    assert (found["shown"], found["changes"], found["late"]) == (1, 1, 1)


def test_a_partner_registers_an_endpoint_reads_what_it_answered_and_rotates_its_secret(travelled: Travelled) -> None:
    found = travelled("pushing.mjs")
    assert "密钥不对" in found["stranger"]
    assert "nothing-of-the-kind" in found["refused"]
    assert (found["challenged"], found["secret"], found["wide"], found["acts"]) == (True, "whsec_", False, 0)
    assert "taken" in found["answered"]


def test_the_least_that_lifts_a_grade_follows_what_a_step_costs_and_what_is_kept(travelled: Travelled) -> None:
    found = travelled("weighing.mjs")
    assert found["dearer"] > found["first"] > 0
    assert (found["items"] > 0, found["kept"], found["wide"], found["grade"]) == (True, 0, False, True)


def test_what_a_provider_did_not_uphold_goes_to_arbitration_and_is_shown_to_its_end(
    travelled: Travelled,
) -> None:
    found = travelled("arbitrating.mjs")
    assert "至少为一个指标" in found["missing"]
    assert "已立案" in found["early"]
    assert (found["opinions"], found["settled"], found["wide"]) == (3, 1, False)


def test_an_arbiter_gives_an_opinion_on_the_record_and_does_not_see_what_another_found(
    travelled: Travelled,
) -> None:
    found = travelled("deciding.mjs")
    assert (found["items"], found["hidden"], found["reasons"], found["standsBack"], found["others"]) == (2, 1, 2, 0, 0)
    assert "请填写此项" in found["needed"]
    assert "认定的答案" in found["lacking"]


def test_what_was_known_at_two_moments_is_told_apart_and_found_again_at_its_address(
    travelled: Travelled,
) -> None:
    found = travelled("recalling.mjs")
    assert found["status"] == "状态：由“自评中”变为“已确认”"
    assert found["latest"] <= "2024-06-30 23:59"
    assert (found["found"] > 0, found["other"]) == (True, [])
    assert (found["moved"] > 1, found["same"], found["wide"]) == (True, True, False)


def test_a_policy_is_published_once_simulated_and_a_firm_is_held_against_it_clause_by_clause(
    travelled: Travelled,
) -> None:
    found = travelled("granting.mjs")
    assert found["needed"] > 3
    assert (found["stands"], found["drafts"], found["others"], found["wide"]) == ("缺少依据", 0, 0, False)
    assert found["stages"] > 1
    assert (found["limited"], found["setting"], found["closing"], found["inviting"]) == (1, 0, 0, 0)


def test_a_draft_says_what_does_not_compose_and_a_firm_comments_on_the_text_alone(travelled: Travelled) -> None:
    found = travelled("revising.mjs")
    assert "合计 99，应为 100" in found["problem"]
    assert (found["changes"], found["drafts"], found["wide"]) == (1, 0, False)


def test_a_session_is_announced_and_its_firms_come_and_ask_and_a_paper_is_anyones_to_load(
    travelled: Travelled,
) -> None:
    found = travelled("inviting.mjs")
    assert (found["needed"], found["digits"]) == (4, True)
    assert "请填写地点或线上会议链接" in found["refused"]
    assert "此时不能签到" in found["early"]
    assert found["file"].endswith(".pdf")


def test_a_seller_offers_for_a_firm_that_it_does_not_see_and_a_firm_is_named_as_a_case_by_itself(
    travelled: Travelled,
) -> None:
    found = travelled("supplying.mjs")
    assert (found["unnamed"], found["price"]) == (True, True)
    assert "交付日须在今日" in found["refused"]
    assert "依据 工作方案 R2" in found["refused"]
    assert "示例松原精密机械有限公司" in found["named"]


def test_a_duty_is_led_by_a_body_with_its_strength_given_a_later_day_sent_back_and_accepted(
    travelled: Travelled,
) -> None:
    found = travelled("leading.mjs")
    assert "完成日不早于起始日" in found["backwards"]
    assert "依据 工作方案 O1" in found["backwards"]
    assert "同意（示例）" in found["moved"]
    assert (found["wide"], found["acts"]) == (False, 0)


def test_a_firm_consents_to_one_text_and_to_a_bank_and_takes_both_back_and_a_package_is_handed_over(
    travelled: Travelled,
) -> None:
    found = travelled("consenting.mjs")
    assert "可据此认出企业" in found["named"]
    assert "依据 工作方案 R5" in found["named"]
    assert "依据 工作方案 R5" in found["same"]
    assert found["same"] != found["named"]
    assert (found["listed"], found["left"], found["wide"]) == (0, 0, False)
    assert "截止日不得早于起始日" in found["backwards"]
    assert "依据 工作方案 P8" in found["ahead"]
    assert found["file"].endswith(".zip")


def test_a_crosswalk_is_reviewed_before_it_is_published_and_a_complaint_is_decided(
    travelled: Travelled,
) -> None:
    found = travelled("measuring.mjs")
    assert "未经 2 人同意" in found["early"]
    assert "工作日" in found["past"]
    assert found["assigned"] > 0


def test_an_examination_is_sat_against_the_clock_and_what_was_answered_is_found_again(travelled: Travelled) -> None:
    found = travelled("examining.mjs")
    assert "依据 工作方案 T1" in found["again"], "enrolled already"
    assert re.fullmatch(r"0?1:[0-5]\d:[0-5]\d", found["left"])
    assert re.search(r"还有 \d+ 题未答", found["open"])
    assert (found["kept"], found["wide"]) == (True, False)


def test_no_text_of_an_answer_becomes_an_element_a_link_that_runs_or_a_script(travelled: Travelled) -> None:
    found = travelled("hostile.mjs")
    assert found["found"] == []
    assert (found["changed"] >= FIELDS_MET, found["shown"] >= TEXTS_SHOWN) == (True, True)
    assert set(found["unasked"]) <= ASKED_LATER


def test_whoever_is_not_signed_in_reads_the_directory_and_is_shown_no_page_that_is_not_theirs(
    travelled: Travelled,
) -> None:
    found = travelled("wandering.mjs")
    assert (found["listed"] > 0, found["consulted"] > 0, found["printed"], found["divisions"]) == (True, True, True, 3)
    assert found["paper"].startswith("在录缘由")
    assert (found["paths"], found["wide"]) == (["/cases", "/papers", "/directory", "/standards", "/rules", "/dossier"], [])
    assert (found["led"], found["asked"]) == ("/rules", "/diagnoses")


@pytest.mark.parametrize("told", [("translating.mjs", "city"), ("translating.mjs", "enterprise")], ids="-".join)
def test_a_reader_of_english_finds_no_word_of_the_console_in_chinese(travelled: Travelled, told: tuple[str, ...]) -> None:
    found = travelled(*told)
    assert (found["chinese"], found["wide"], found["printed"]) == ({}, [], [])
