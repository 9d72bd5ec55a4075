"""Rosters at the command line 名单: the empty form, and a year's file brought in with its findings. plan P1."""

import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from domain.kernel import Refused, name_of
from domain.participants.rosters.bringing_in import RosterUnchanged, held_back
from domain.participants.rosters.findings import ConfirmedFinding, RosterFinding
from interop.foreign_files import ForeignFiles
from interop.rosters.reports import read_report
from interop.rosters.roster import NAMED_UNITS, organisation_codes, roster_command
from projections.participants import rosters
from projections.participants.enterprises import registered_codes
from projections.participants.organisations import ids_by_name
from zhenduan.cli.output import answer, malformed_input, progress, refusal
from zhenduan.settings import Settings
from zhenduan.wiring import opened, operator

SHOWN_FINDINGS = 50


def _show(findings: tuple[RosterFinding, ...]) -> None:
    names = {
        "refused": "退回 refused",
        "confirm": "待确认 to confirm",
        "confirmed": "已确认 confirmed",
        "warned": "提示 warned",
    }
    for finding in findings[:SHOWN_FINDINGS]:
        where = f"第 {finding.row} 行" if finding.row else "文件"
        answer(f"{names[finding.severity]}\t{where}\t{finding.column}\t{finding.code}\t{finding.says}")
    if len(findings) > SHOWN_FINDINGS:
        answer(f"…… 另有 {len(findings) - SHOWN_FINDINGS} 条 and more")
    answer("", findings=[finding.model_dump(mode="json") for finding in findings])


def roster_template(file: Path) -> int:
    """Write the template of a roster, with drop-downs and help."""
    try:
        file.write_bytes(ForeignFiles().template)
    except OSError as error:
        sys.stderr.write(f"无法写入 cannot write {file}: {error.strerror}\n")
        return 2
    answer(f"已写入 written: {file}")
    return 0


def import_roster(
    settings: Settings,
    file: Path,
    year: int,
    user: str,
    *,
    accept_partial: bool,
    confirm: Sequence[str] = (),
    findings: Path | None = None,
) -> int:
    """Bring in a roster file; 1 when it was refused as a whole, and nothing but that report was written.

    confirm: findings that a person confirms, as ROW:CODE. findings: where the sheet with its findings as comments is written.
    """
    try:
        confirmed = [ConfirmedFinding(row=int(row), code=code) for row, _, code in (one.partition(":") for one in confirm)]
    except ValueError:
        sys.stderr.write("--confirm 的写法是 行号:规则代码 is written ROW:CODE, 5:ROSTER_NAME_CHANGED\n")
        return 2
    try:
        content = file.read_bytes()
    except OSError as error:
        sys.stderr.write(f"无法读取 cannot read {file}: {error.strerror}\n")
        return 2
    with progress("读取 reading", "行 rows") as told:
        try:
            reading = ForeignFiles().roster(content, file.name, user, told)
        except Refused as refused:
            return refusal(refused)
    with opened(settings) as installation:
        try:
            installation.services.models.catch_up()
            with installation.services.models.reading() as snapshot:
                units = ids_by_name(snapshot, NAMED_UNITS)
                registered = registered_codes(snapshot, operator(user).scope, organisation_codes(reading))
            command = roster_command(
                reading,
                year,
                installation.services.firm_salt.known_or_drawn(installation.services.clock),
                accept_partial=accept_partial,
                confirmed=confirmed,
                organisations=units,
                registered=registered,
            )
            blobs, who = installation.services.blobs, operator(user)
            handled = installation.services.send(who, command)
        except ValidationError as problem:
            return malformed_input(problem)
        except Refused as refused:
            return refusal(refused)
        with progress("更新读模型 projecting", "条 entries") as told:
            told(installation.services.models.catch_up())
        with installation.services.models.reading() as snapshot:
            row = rosters.import_of_file(snapshot, operator(user).scope, year, command.digest, who.organisation)
        assert row is not None  # noqa: S101 - the report is an entry, now or before
        report = read_report(blobs, row.report, row.findings)
    _show(report.findings)
    if findings is not None:
        findings.write_bytes(ForeignFiles().annotated(content, file.name, report.content, user))
        answer(f"批注名单 findings in the cells: {findings}")
    for left in report.left_out[:SHOWN_FINDINGS]:
        answer(f"文件未列 left out\t{left.uscc}\t{left.name}")
    answer("", left_out=[left.model_dump(mode="json") for left in report.left_out])
    repeated = any(entry.type == name_of(RosterUnchanged) for entry in handled.entries)
    counts = {"blocked": row.blocked, "new": row.registered, "revised": row.revised, "unchanged": row.unchanged}
    answer("", year=year, **counts, refused=row.refused_rows, repeated=repeated)
    if row.blocked:
        answer(
            f"整份退回 refused as a whole: {held_back(row.refused_rows)}；"
            "--confirm 行号:代码 确认，--accept-partial 可部分接收 confirms or takes the others in"
        )
        return 1
    nothing_changed = "（此前已导入，未作改变 taken in before, nothing changed）" if repeated else ""
    answer(
        f"新登记 new {row.registered}，更新 revised {row.revised}，无变化 unchanged {row.unchanged}，"
        f"退回 refused {row.refused_rows}{nothing_changed}"
    )
    return 0
