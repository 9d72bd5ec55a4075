"""Filings 区级备案 in the schema: the number under which a district filed a confirmed report. plan P5."""

from collections.abc import Sequence
from datetime import datetime

from api.kit.context import Context
from api.kit.published import field, published
from api.kit.row_mapping import shown
from domain.access import Mask
from domain.masks import PROCEEDINGS
from projections.diagnosis import case_parts
from projections.diagnosis.filings import FilingRow


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS, row=FilingRow)
class Filing:
    """Filing of a confirmed report by its district · 区级备案. plan P5"""

    number: str = field("Filing number: district, year, serial · 备案号")
    report_version: int = field("Version of the report that is filed · 备案报告版次")
    filed_at: datetime = field("When it was filed, UTC · 备案时间")


def load_filings(context: Context, ids: Sequence[str]) -> dict[str, Filing]:
    """The filings of many diagnoses within the caller's scope; none outside the case."""
    rows = case_parts.filings(context.snapshot, context.scope, ids)
    return {row.diagnosis: Filing(**shown(Filing, row)) for row in rows}
