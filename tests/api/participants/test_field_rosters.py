"""Files of the field, one after another 先后导入的名单 (plan P1, G4): the present follows what came last, never history."""

from pathlib import Path
from typing import Any

from tests.live_city import LiveCity

FILES = Path(__file__).parents[2] / "interop" / "rosters" / "fixtures"
REPORT = """rosterImport { blocked registered revised unchanged
  findings { nodes { row code severity } } leftOut { nodes { uscc name } } }"""
FIRMS = "{ enterprises(first: 50) { nodes { uscc name revenueWan } } }"


def brought_in(city: LiveCity, name: str) -> Any:
    """The report of a file of the field, sent and where need be confirmed as a person would."""
    (file,) = FILES.glob(f"{name}-*")
    given: dict[str, Any] = {"sha256": city.uploaded("district", file.name, file.read_bytes(), kind="roster"), "year": 2024}
    found = city.done("district", "importRoster", REPORT, **given)["rosterImport"]
    asked = [{"row": one["row"], "code": one["code"]} for one in found["findings"]["nodes"] if one["severity"] == "CONFIRM"]
    if asked:
        found = city.done("district", "importRoster", REPORT, **given, confirmed=asked)["rosterImport"]
    assert not found["blocked"]
    return found


def present(city: LiveCity, uscc: str) -> tuple[str, str]:
    """Name and revenue of a firm today."""
    (firm,) = [one for one in city.data("district", FIRMS)["enterprises"]["nodes"] if one["uscc"] == uscc]
    return firm["name"], firm["revenueWan"]


def test_the_right_file_after_the_wrong_one_restores_what_it_states(city: LiveCity) -> None:
    firm = "91310000XX00006F1M"
    told = {}
    for place, name in enumerate(("24a", "24b", "24a")):
        brought_in(city, name)
        told[place] = present(city, firm)
    assert told == {0: ("甲示例机械有限公司", "30000"), 1: ("乙示例有限公司", "3"), 2: ("甲示例机械有限公司", "30000")}


def test_a_firm_that_a_corrected_file_leaves_out_is_listed(city: LiveCity) -> None:
    assert "91310000XX00003A1F" not in {one["uscc"] for one in brought_in(city, "30a")["leftOut"]["nodes"]}
    left = {one["uscc"]: one["name"] for one in brought_in(city, "30b")["leftOut"]["nodes"]}
    assert left["91310000XX00003A1F"] == "示例企业103有限公司"
