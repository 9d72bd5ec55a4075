"""Report verification 报告核验 in the schema: whether the paper in somebody's hands holds, for anyone with its number. plan P4, P7.

The number is drawn and stands on the paper alone. Nothing of firm or result is told: who holds the paper states what it says, and
learns whether that agrees. Ten tries would ask out a grade, so nothing is compared for who has the number alone: the code beside
the grade, or the hash of the file, shows that the page is in hand (decision 0131).
"""

from datetime import date
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.printed_numbers import as_printed
from api.kit.published import argument, field, published
from domain.diagnosis.report import ReportStatus
from domain.masks import ANYONE
from projections.diagnosis.report_verification import VerifiableReport, verifiable_report

enum_type(ReportStatus)

CURRENT = frozenset({ReportStatus.ISSUED, ReportStatus.CONFIRMED, ReportStatus.CONTESTED})
"""What the latest report of a case may be: only of that one is it said whether a paper agrees."""


@published(ANYONE, placed=False)
class VerifiedReport:
    """What anyone is shown of a printed report: what it is worth, nothing of the firm or its result · 报告核验. plan P4, P7"""

    number: str = field("Its number · 核验编号")
    version: int = field("Its version, from 1 · 报告版次")
    status: ReportStatus = field("What it is worth today · 当前状态")
    issued_on: date = field("Day of the city on which it came out · 出具日")
    agrees: bool | None = field(
        "Whether all that was stated of the paper agrees with the record; null where neither the code beside its grade nor the "
        "hash of its file was stated, and of a report that is superseded or withdrawn · 所述内容与记录是否一致"
    )
    verified_on: date = field("The day in the city that this is said of · 核验日期")
    synthetic: bool = field("Whether it is of a demo · 是否示例数据")


def _agrees(
    found: VerifiableReport, check_code: str | None, uscc: str | None, grade: int | None, sha256: str | None
) -> bool | None:
    """Whether what was stated agrees; what is blank states nothing, and without what shows the page in hand nothing is compared."""
    in_hand = [
        (as_printed(check_code or "").replace("-", "") or None, found.check_code),
        (as_printed(sha256 or "").lower() or None, found.sha256),
    ]
    if found.status not in CURRENT or all(stated is None for stated, _ in in_hand):
        return None
    said = [*in_hand, (as_printed(uscc or "") or None, found.uscc), (grade, found.grade)]
    return all(stated == recorded for stated, recorded in said if stated is not None)


@strawberry.type
class ReportVerificationQueries:
    """Query fields: verification of printed reports."""

    @field(
        "What the printed report of a number is worth today, for anyone who holds it; null where there is none. Firm, grade and "
        "file are not shown but compared with what is stated, for who states the code beside the grade or the hash of the file "
        "· 报告核验. plan P4, P7",
        roles=ANYONE,
    )
    def verify_report(
        self,
        info: strawberry.Info[Context, None],
        number: Annotated[str, argument("Number on the cover · 封面上的核验编号")],
        check_code: Annotated[str | None, argument("Code beside the grade in the report, to compare · 等级旁的核验码")] = None,
        uscc: Annotated[str | None, argument("Unified social credit code on the cover, to compare · 统一社会信用代码")] = None,
        grade: Annotated[
            int | None, argument("Grade that the report states, 1 to 10, or 0 below every grade, to compare · 报告所载等级")
        ] = None,
        sha256: Annotated[str | None, argument("SHA-256 of the file, hexadecimal, to compare · 文件散列")] = None,
    ) -> VerifiedReport | None:
        """What anyone may know of it."""
        context = info.context
        found = verifiable_report(context.snapshot, as_printed(number))
        if found is None:
            return None
        return VerifiedReport(
            number=found.number,
            version=found.version,
            status=found.status,
            issued_on=found.issued_on,
            agrees=_agrees(found, check_code, uscc, grade, sha256),
            verified_on=context.today,
            synthetic=context.demo,
        )


QUERIES = ReportVerificationQueries
