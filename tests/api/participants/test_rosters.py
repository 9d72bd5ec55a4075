"""The yearly roster through the API (plan P1, G4)."""

from tests.live_city import FIRM, LiveCity

HEADER = "企业名称,统一社会信用代码,所在区,行业代码,从业人员期末人数,营业收入（万元）"
GOOD = f"{FIRM.name},{FIRM.uscc},松江区,C34,320,21000"
NEW = "示例电子有限公司,9144030071526726XG,松江区,C39,80,3000"
ELSEWHERE = "示例嘉定有限公司,91110000802100433B,嘉定区,C36,900,50000"
BROKEN = "示例坏行有限公司,9111,松江区,C34,1,1"
REPORT = """rosterImport { blocked registered revised unchanged refusedRows filename
  findings { row column severity code says saysInEnglish } }"""


def sent(city: LiveCity, who: str, *rows: str) -> str:
    return city.uploaded(who, "名单.csv", "\n".join((HEADER, *rows)).encode("gb18030"), kind="roster")


def test_a_roster_comes_in_with_a_report_and_the_same_file_twice_changes_nothing(city: LiveCity) -> None:
    sha256 = sent(city, "district", GOOD, NEW)
    first = city.done("district", "importRoster", REPORT, sha256=sha256, year=2024)
    report = first["rosterImport"]
    assert (report["blocked"], report["registered"], report["refusedRows"]) == (False, 1, 0)
    size = city.installation.services.journal.head().size
    assert city.done("district", "importRoster", REPORT, sha256=sha256, year=2024)["rosterImport"] == report
    assert city.installation.services.journal.head().size == size
    found = city.data("district", '{ enterprises(filter: {text: "电子"}) { totalCount nodes { name aboveScale } } }')
    assert found["enterprises"] == {"totalCount": 1, "nodes": [{"name": "示例电子有限公司", "aboveScale": True}]}


def test_a_refused_row_blocks_the_file_unless_a_part_is_accepted(city: LiveCity) -> None:
    sha256 = sent(city, "city", NEW, BROKEN)
    blocked = city.done("city", "importRoster", REPORT, sha256=sha256, year=2024)["rosterImport"]
    assert (blocked["blocked"], blocked["refusedRows"]) == (True, 1)
    assert any(f["row"] == 3 and f["severity"] == "refused" and f["saysInEnglish"] for f in blocked["findings"])
    part = city.done("city", "importRoster", REPORT, sha256=sha256, year=2024, acceptPartial=True)["rosterImport"]
    assert (part["blocked"], part["registered"]) == (False, 1)
    listed = city.data("city", "{ rosterImports { totalCount nodes { blocked } } }")["rosterImports"]
    assert [node["blocked"] for node in listed["nodes"]] == [False, True, False]


def test_a_district_brings_in_its_own_firms_only_and_takes_none_over(city: LiveCity) -> None:
    code = city.refused("district", "importRoster", sha256=sent(city, "district", ELSEWHERE), year=2024)
    assert code == "ROSTER_OUTSIDE_DISTRICT"
    taken = GOOD.replace("松江区", "浦东新区")
    code = city.refused("pudong", "importRoster", sha256=sent(city, "pudong", taken), year=2024)
    assert code == "ROSTER_TAKES_OVER"


def test_a_district_sees_the_reports_of_its_own_files(city: LiveCity) -> None:
    city.done("district", "importRoster", REPORT, sha256=sent(city, "district", NEW), year=2024)
    query = "{ rosterImports { totalCount nodes { filename } } }"
    assert city.data("district", query)["rosterImports"]["totalCount"] == 1
    assert city.data("pudong", query)["rosterImports"] == {"totalCount": 0, "nodes": []}


def test_a_roster_of_someone_else_or_of_a_wrong_role_is_refused(city: LiveCity) -> None:
    sha256 = sent(city, "city", NEW)
    assert city.refused("district", "importRoster", sha256=sha256, year=2024) == "FILE_NOT_RECEIVED"
    assert city.refused("enterprise", "importRoster", sha256=sha256, year=2024) == "ROLE_NOT_ALLOWED"
    assert city.refused("city", "importRoster", sha256=sha256, year=1900) == "NO_RULE_YET"
