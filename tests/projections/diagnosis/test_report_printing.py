"""The report's pages as bytes: our own fonts, nothing fetched, nothing lost, the same bytes everywhere. plan P4."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from weasyprint import CSS, HTML
from weasyprint.formatting_structure.boxes import TextBox
from weasyprint.urls import FatalURLFetchingError

from domain.diagnosis.peers import PeerResult, peer_group
from domain.diagnosis.report import IssueReport
from domain.kernel import Command, Refused, Rule
from isolation import Turns, run
from isolation.quotas import WORK_BUSY, WORK_SHARE_USED
from journal import Accepted, Caller, Handled, open_journal
from projections.report import (
    Archive,
    Case,
    FontsMissing,
    Printed,
    VerificationMark,
    finish_report,
    fonts,
    pdf,
    printing,
    report,
)
from projections.report.archive import KnownPeers
from projections.report.finishing import case_of
from projections.report.sheet import sheet
from standards import Form
from tests.projections.diagnosis import watched_page
from tests.projections.diagnosis.watched_page import apart
from tests.small_city import PROVIDER, City

HOSTILE = '<img src="file:///etc/passwd"><style>@import url(http://127.0.0.1:9/x.css);</style>&"\'公司'
ROOT = Path(__file__).parents[3]


MARK = VerificationMark("ZDD-2026-0123456789AB", "https://city.example", "5K9QX2MR")


class Taking(City):
    """A city whose report is rendered at issue, and whose case is taken down beside it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.cases: list[Case] = []
        self.kept: dict[str, bytes] = {}
        super().__init__(open_journal(address))

    def put(self, data: bytes) -> str:
        digest = sha256(data).hexdigest()
        self.kept[digest] = data
        return digest

    def finish(self, accepted: Accepted) -> Mapping[str, Any]:
        self.cases.append(case_of(accepted, demo=True, names={}, archive=Archive(self.journal), mark=MARK))
        return finish_report(self, True, Archive(self.journal), mark_of=lambda _: MARK)(accepted)

    def send(self, who: Caller, command: Command, **rest: Any) -> Handled:
        made = {"finish": self.finish} if isinstance(command, IssueReport) else {}
        return super().send(who, command, **made, **rest)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taking]:
    """The report of a plain firm at level 3 was issued."""
    found = Taking(f"sqlite:///{tmp_path_factory.mktemp('printing') / 'journal.db'}")
    found.issued()
    yield found
    found.journal.close()


@pytest.fixture(scope="module")
def case(city: Taking) -> Case:
    return city.cases[0]


@pytest.fixture(scope="module")
def printed(case: Case) -> Printed:
    return report(case, "p1")


def test_the_cover_bears_the_number_that_anyone_verifies_the_paper_by_and_a_code_that_leads_there(
    case: Case, printed: Printed
) -> None:
    """plan P4, P7, decision 0122."""
    assert MARK.number in reader(printed.pdf).pages[0].extract_text()
    assert MARK.target == f"https://city.example/verify/{MARK.number}"
    assert replace(MARK, address="").target == MARK.number, "no address is made up"
    drawn = MARK.code
    assert drawn.startswith("<svg")
    assert drawn != replace(MARK, number="ZDD-2026-0123456789AC").code
    pages = [page.extract_text() for page in reader(printed.pdf).pages]
    (beside,) = [page for page in pages if "5K9Q-X2MR" in page]
    assert "出具等级" in beside, "the code stands with the grade and not on the cover (decision 0131)"
    assert beside != pages[0]
    unmarked = report(replace(case, mark=None), "p1")
    assert "核验本报告" not in reader(unmarked.pdf).pages[0].extract_text()


@pytest.mark.parametrize(
    ("spent", "rule"), [(0.0, WORK_BUSY), (61.0, WORK_SHARE_USED)], ids=["being-set", "share-used"]
)
def test_reports_are_set_in_the_turn_of_the_organisation_that_issues_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spent: float, rule: Rule
) -> None:
    """plan P5: one organisation's documents leave places to all others."""
    monkeypatch.setattr(
        printing, "TURNS", Turns(at_once=3, waiting=0, of_holder=1, wait_seconds=1.0, share_seconds=60.0, every_seconds=6e9)
    )
    city = Taking(f"sqlite:///{tmp_path / 'journal.db'}")
    with printing.TURNS.turn(PROVIDER.organisation) as charge:
        charge(spent)
        with pytest.raises(Refused) as caught:
            city.issued()
    assert (caught.value.rule, city.kept) == (rule, {})
    with printing.TURNS.turn("another"):
        assert report(city.cases[0], "a third").pdf
    city.journal.close()


def named(case: Case, name: str) -> Case:
    return replace(case, firm=case.firm.model_copy(update={"name": name}))


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def base_fonts(pdf: bytes) -> set[str]:
    found = set()
    for page in reader(pdf).pages:
        resources = cast("DictionaryObject", page["/Resources"])
        for font in cast("DictionaryObject", resources["/Font"]).values():
            found.add(str(font.get_object()["/BaseFont"]).split("+", 1)[1])
    return found


AGAIN = """
import sys
from hashlib import sha256
from journal import open_journal
from projections.report import reprint
journal = open_journal(sys.argv[1])
print(sha256(reprint(journal, "d1", 1, demo=True).pdf).hexdigest())
journal.close()
"""


@pytest.mark.parametrize(("seed", "zone", "language"), [("1", "America/New_York", "C"), ("2", "Asia/Tokyo", "C.UTF-8")])
def test_another_process_with_other_hash_seed_time_zone_and_language_prints_the_bytes_that_were_kept(
    city: Taking, seed: str, zone: str, language: str
) -> None:
    surroundings = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": seed, "TZ": zone, "LANG": language}
    made = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", AGAIN, city.address],
        env=surroundings | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "graphql")])},
        capture_output=True,
        check=True,
        text=True,
    )
    assert [made.stdout.strip()] == list(city.kept)


def test_the_document_names_title_language_and_the_day_of_the_occasion(case: Case, printed: Printed) -> None:
    found = reader(printed.pdf)
    assert found.metadata is not None
    assert found.metadata.title == f"{case.firm.name} 数字化诊断报告 第 1 版"
    assert found.metadata.author == "示例服务商"
    assert str(found.metadata["/CreationDate"]).startswith(f"D:{sheet(case).dated:%Y%m%d}")
    assert cast("DictionaryObject", found.trailer["/Root"])["/Lang"] == "zh-CN"
    chapters = [item["/Title"] for item in found.outline if not isinstance(item, list)]
    assert chapters[:3] == ["诊断结论", "一页读懂", "同类企业中的位次"]
    assert "方法说明" in chapters


def test_no_font_but_ours_is_in_the_document(case: Case, printed: Printed) -> None:
    assert base_fonts(printed.pdf) == {"Report", "Report-Bold"}
    assert fonts.lacking(printing.page(sheet(case)), fonts.COMMON) == ()


def test_a_character_beyond_gb2312_is_drawn_from_the_whole_font(case: Case) -> None:
    made = report(named(case, "㐂龘精密"), "p1")
    assert made.missing == ()
    assert "㐂龘精密" in reader(made.pdf).pages[0].extract_text()
    assert base_fonts(made.pdf) == {"Report", "Report-Bold", "Report-Whole", "Report-Whole-Bold"}


def test_a_character_outside_the_font_is_reported_and_spelled_and_never_a_box(case: Case) -> None:
    outside = "\U0002b740\u202e"
    made = report(named(case, f"甲{outside}乙"), "p1")
    assert made.missing == tuple(sorted(outside))
    found = reader(made.pdf)
    assert "甲〔U+2B740〕〔U+202E〕乙" in found.pages[0].extract_text()
    assert "不在报告字库之内" in found.pages[-1].extract_text()
    assert fonts.lacking("数字化诊断 ABC 123 ★▶→−", fonts.WHOLE) == ()


def test_a_hostile_name_is_printed_as_it_is_and_fetches_nothing(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str] = []

    def watched(name: str, *given: str, **how: Any) -> bytes:
        addresses, made = apart(run(name.replace(printing.PDF, watched_page.__name__), *given, **how))
        fetched.extend(addresses)
        return made

    monkeypatch.setattr(printing, "run", watched)
    made = report(named(case, HOSTILE), "p1")
    whole = "".join(page.extract_text() for page in reader(made.pdf).pages)
    assert '<imgsrc="file:///etc/passwd">' in "".join(whole.split())
    assert set(fetched) == {file.as_uri() for file in fonts.files(fonts.COMMON).values()}
    assert "root:" not in whole


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://127.0.0.1:9/x.png", "data:text/css,p{}", fonts.FOLDER.as_uri() + "/../sheet.py"]
)
def test_any_other_address_stops_the_rendering(url: str) -> None:
    with pytest.raises(PermissionError):
        pdf.OwnFonts().fetch(url)
    with pytest.raises(FatalURLFetchingError):
        HTML(string=f'<img src="{url}">', url_fetcher=pdf.OwnFonts()).write_pdf()


HEADER = "指标 名称 自评 核验 差异理由与依据"
RUNNING = ("项目复原稿", "案号")


def body(said: str) -> list[str]:
    """The lines of a page but for what every page says."""
    return [line for line in said.splitlines() if line and not any(running in line for running in RUNNING)]


def chapter(pages: list[str], title: str, following: str) -> list[str]:
    """The pages of a chapter, the contents aside."""
    first = next(number for number, said in enumerate(pages) if number > 1 and title in said)
    last = next(number for number, said in enumerate(pages) if number > 1 and following in said)
    assert last > first
    return pages[first:last] if body(pages[last])[0].startswith(following) else pages[first : last + 1]


def test_a_long_table_repeats_its_header_and_no_page_ends_in_a_heading(printed: Printed) -> None:
    pages = [found.extract_text() for found in reader(printed.pdf).pages]
    assert all(HEADER in said for said in chapter(pages, "指标对照：自评与核验", "得分贡献"))
    headings = {str(item["/Title"]) for item in reader(printed.pdf).outline if not isinstance(item, list)}
    for said in pages[1:]:
        assert body(said)[-1] not in headings


def test_long_reasons_break_over_pages_with_the_header_on_each_and_leave_none_nearly_blank(case: Case) -> None:
    whole = sheet(case)
    reason = "现场逐台核对设备台账与采集记录，所填口径包含已停用设备。" * 71
    chapters = []
    for found in whole.chapters:
        first = replace(found.lines[0], differs=True, reason=reason[:2000])
        chapters.append(replace(found, lines=(first, *found.lines[1:])))
    pages = [found.extract_text() for found in reader(printing.printed(replace(whole, chapters=tuple(chapters)), "p1").pdf).pages]
    table = chapter(pages, "指标对照：自评与核验", "得分贡献")
    assert len(table) > 4
    assert all(HEADER in said for said in table)
    assert "".join("".join(pages).split()).count(reason[:30]) >= len(chapters)
    assert min(len("".join(body(said))) for said in table[:-1]) > 400


def among_five(case: Case) -> Case:
    """The case, whose report tells where it stands among five firms alike."""
    scored = {one.id: one.verified for one in sheet(case).chapters}
    results = [PeerResult(f"d{n}", f"e{n}", f"e{n}", 1, Decimal(n * 20), dict.fromkeys(scored, Decimal(n * 20))) for n in range(5)]
    return replace(case, peers=KnownPeers(peer_group("2023", Form.BRIEF, case.firm, case.at), "own", results, 5))


def laid_out(case: Case) -> Any:
    """The pages of a report as the renderer lays them out."""
    html = printing.page(sheet(case)).replace("/* faces */", fonts.faces(whole=False), 1)
    return HTML(string=html, url_fetcher=pdf.OwnFonts()).render(stylesheets=[CSS(filename=str(pdf.STYLES["report"]))]).pages


def test_no_line_of_a_report_reaches_over_the_margin(case: Case) -> None:
    """plan P4: else a heading ends at the paper's edge."""
    for page in laid_out(among_five(case))[1:]:
        box = page._page_box  # noqa: SLF001 - the library tells places of boxes nowhere else
        edge = box.content_box_x() + box.width
        over = [one.text for one in box.descendants() if isinstance(one, TextBox) and one.position_x + one.width > edge + 1]
        assert over == []


def introduced(case: Case, lines: int) -> Case:
    """With so many lines under the table of contents: as much less room is left for who signs."""
    template = case.template.model_copy(update={"introduction": "说" * 45 * lines} if lines else {})
    return replace(among_five(case), template=template)


@pytest.mark.parametrize("lines", [0, 1, 2])
def test_no_page_of_a_report_holds_a_line_or_two_alone(case: Case, lines: int) -> None:
    """plan P4: what is signed stands together, and so does what the method ends with."""
    few = []
    for number, page in enumerate(laid_out(introduced(case, lines)), 1):
        box = page._page_box  # noqa: SLF001 - as above
        top, bottom = box.content_box_y(), box.content_box_y() + box.height
        said = {round(one.position_y) for one in box.descendants() if isinstance(one, TextBox) and top <= one.position_y < bottom}
        few += [number] if len(said) < 5 else []
    assert few == []


def test_the_table_of_peers_stands_on_one_page_with_what_it_says(case: Case) -> None:
    texts = ["".join(page.extract_text().split()) for page in reader(report(among_five(case), "p1").pdf).pages]
    (own,) = (text for text in texts if "在同类企业中所处区间" in text)
    assert "75%–100%" in own
    assert "此后其他企业的报告不改变本报告所列的区间" in own


def test_what_draws_nothing_prints_nothing(case: Case) -> None:
    made = report(named(case, "此处\u200b含有\u200b零宽\u200d字\ufe0f符与\u2028分行\ufeff\u00ad"), "p1")
    assert made.missing == ()
    found = reader(made.pdf)
    assert "此处含有零宽字符与 分行" in found.pages[0].extract_text()
    assert "〔U+" not in "".join(said.extract_text() for said in found.pages)


def test_pages_are_numbered_of_all(printed: Printed) -> None:
    pages = [found.extract_text() for found in reader(printed.pdf).pages]
    for number, said in enumerate(pages[1:], 2):
        assert f"{number} / {len(pages)}" in said


def test_both_digests_are_stable_and_the_renderers_follows_its_templates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = printing.renderer()
    for file in printing.TEMPLATES.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "report.css").write_text("html {}")
    monkeypatch.setattr(printing, "TEMPLATES", tmp_path)
    assert printing.renderer.__wrapped__() != first
    assert fonts.digest() == fonts.digest.__wrapped__()


def test_missing_fonts_say_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "FOLDER", tmp_path)
    with pytest.raises(FontsMissing, match=r"scripts/fonts"):
        fonts.files(fonts.COMMON)

