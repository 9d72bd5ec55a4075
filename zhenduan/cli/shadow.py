"""Shadow re-scoring at the command line 影子测算: what another edition would do to the finished diagnoses. plan S4, S5."""

import sys
from collections.abc import Iterator, Mapping

from tqdm import tqdm

from api.kit.ids import key_of
from domain.access import Everything
from interop.code_lists import names_of_codes
from projections.diagnosis.finished_diagnoses import how_many
from projections.diagnosis.rescoring import Rescoring
from projections.engine.snapshot import Snapshot
from projections.standard import editions, revisions
from projections.standard.shadow_words import slice_name, subject_name
from standards import AnyEdition, edition_of_json, load, published_editions
from standards.edition.text import GRADES
from standards.shadow.rescore import obstacle_said
from standards.shadow.sensitivity import EditionSensitivity, NearestMove
from standards.shadow.tally import ShadowResult
from zhenduan.cli.output import answer
from zhenduan.settings import Settings
from zhenduan.wiring import opened

SLICE_NAMES = {"district": "区", "size_class": "规模", "edition": "标准版本", "division": "行业大类"}
REASON_NAMES = {
    "weights": "权重调整",
    "levels": "分级上限调整",
    "points": "分值调整",
    "bands": "各档最低分调整",
    "gate": "门槛",
    "process": "过程门槛",
}


def shadow(settings: Settings, edition: str, of: str | None, *, movers: int, sensitivity: bool) -> int:
    """Tell what an edition would do 影子测算.

    edition: key of an edition, or id of a revision for its draft. of: the one edition whose diagnoses are re-scored. movers: how
    many that move to list.

    Returns:
        0; 1 when the draft does not hold; 2 when there is no such edition.
    """
    with opened(settings) as installation:
        installation.services.models.catch_up()
        with installation.services.models.reading() as snapshot:
            old = {row.key: edition_of_json(row.body) for row in editions.editions(snapshot)}
            draft = revisions.draft_editions(snapshot, Everything(), key_of(edition, "revision"))
            new = _successors(old, edition, of) if draft is None else draft.editions
            if draft is not None and draft.problems:
                sys.stderr.write(f"草案尚不成立 the draft does not hold as a whole: {draft.problems[0].says}\n")
                return 1
            if not new:
                known = "、".join(dict.fromkeys((*old, *published_editions())))
                sys.stderr.write(f"没有可测算的版本 no edition to re-score under：{edition}；可选 one of: {known}\n")
                return 2
            _run(snapshot, old, new, movers=movers, sensitivity=sensitivity)
    return 0


def _successors(old: Mapping[str, AnyEdition], wanted: str, of: str | None) -> Mapping[str, AnyEdition]:
    """Published key -> what would take its place: one pair that is named, else a plain edition with its industries."""
    known = {key: load(key) for key in published_editions()} | dict(old)
    if of is not None:
        return {of: known[wanted]} if of in old and wanted in known else {}
    pairs = {key: wanted + key[len(key.partition("-")[0]) :] for key in old}
    return {key: known[successor] for key, successor in pairs.items() if successor in known}


def _run(
    snapshot: Snapshot, old: Mapping[str, AnyEdition], new: Mapping[str, AnyEdition], *, movers: int, sensitivity: bool
) -> None:
    rescoring = Rescoring(old, new, sensitivity=sensitivity)
    shown: list[str] = []
    with tqdm(desc="测算 re-scoring", unit=" 份", total=how_many(snapshot, Everything()), file=sys.stderr) as bar:

        def report(done: int) -> None:
            bar.update(done - bar.n)

        for mover in rescoring.movers(snapshot, Everything(), report):
            if len(shown) < movers:
                shown.append(f"{mover.diagnosis}（{mover.edition}）{mover.moved.sentence}")
    result = rescoring.result()
    answer("、".join(f"{key} → {edition.key}" for key, edition in new.items()), under={key: one.key for key, one in new.items()})
    answer("\n".join((*_result_lines(result, new), *shown)), result=result.model_dump(mode="json"), movers=shown)
    if sensitivity:
        for one in rescoring.sensitivity():
            answer("\n".join(_sensitivity(one)), sensitivity=[one.model_dump(mode="json")])


def _result_lines(result: ShadowResult, new: Mapping[str, AnyEdition]) -> Iterator[str]:
    """The result as lines to read."""
    counts = result.counts
    yield (
        f"已测算 {counts.rescored}：不变 {counts.same}、上升 {counts.up}、下降 {counts.down}；"
        f"不可测算 {counts.not_rescorable}；问题表述有变 {result.reworded}"
    )
    names = ["未达", *(f"{grade} 档" for grade in range(1, GRADES + 1))]
    yield "现档＼新档\t" + "\t".join(names)
    for name, row in zip(names, result.matrix, strict=True):
        if any(row):
            yield f"{name}\t" + "\t".join(str(number or "·") for number in row)
    for one in result.slices:
        found = one.counts
        named = slice_name(one.by, one.key, new, names_of_codes())
        yield (
            f"{SLICE_NAMES[one.by]} {named}：不变 {found.same}、上升 {found.up}、下降 {found.down}、"
            f"不可测算 {found.not_rescorable}"
        )
    for reason in result.reasons:
        yield f"变动原因 {REASON_NAMES[reason.kind]}（{subject_name(reason.subject, new.values())}）：{reason.diagnoses}"
    for obstacle in result.obstacles:
        yield f"{obstacle_said(obstacle.kind, obstacle.subject)[0]}：{obstacle.diagnoses}"


def _sensitivity(found: EditionSensitivity) -> Iterator[str]:
    yield f"敏感性 {found.edition}（{found.firms} 份）：其余权重按比例分摊"
    for one in found.parameters:
        yield f"{one.label} {one.value:f}：{_nearest('减', one.less)}；{_nearest('增', one.more)}"


def _nearest(direction: str, move: NearestMove | None) -> str:
    if move is None:
        return f"{direction}：无变动"
    return f"{direction}至 {move.value:f}（{move.change:+f}）变动 {move.firms} 家，如 {move.example}"
