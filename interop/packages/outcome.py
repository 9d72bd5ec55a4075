"""Outcome of a package 数据包制作 in a process of its own: one snapshot read, its files made, the whole kept by hash. plan P8.

Results come by one at a time and go into their files: what a city's firms take together lies on the disk and never in memory.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any, NamedTuple

import orjson

from domain.instants import city_day, utc_moment
from domain.programme.packages.events import PackageRequested
from domain.programme.packages.making import PACKAGE_OUTCOME, PackageOutcome
from domain.programme.packages.terms import PackageGranularity
from interop.crosswalks.sssom import PublishedCrosswalk, sssom_of
from interop.packages.archive import BLOCK, FORMAT, MANIFEST, RESULTS, archived
from interop.packages.issued_results import issued_results
from interop.packages.lines import SCHEMAS, PackagedCount, PackagedResult, schema_id
from interop.packages.members import PackageMembers, members_in
from interop.packages.oscal_results import AssessedResult, assessed, frame
from journal.blobs import Blobs
from methods.small_cells import CannotBeHidden, hidden_cells, with_margins
from projections import open_read_models
from projections.engine.snapshot import Snapshot
from projections.standard.crosswalks import latest_of_edition
from projections.standard.editions import edition as edition_row
from standards import AnyEdition, edition_of_json, external_edition

TOTAL = "total"
OSCAL, CROSSWALK = "oscal/assessment-results.json", "crosswalk.sssom.tsv"


def outcome_bytes(
    address: str,
    files: str,
    package: str,
    asked: str,
    requested_at: int,
    signer: str,
    least: int,
    demo: bool,  # noqa: FBT001 - as the wiring names it
) -> bytes:
    """What a package came to, as JSON; the package itself is kept by its hash.

    Args:
        address: of the read models, which are read alone.
        files: folder of the files that are kept.
        package: its id.
        asked: JSON of `PackageRequested`.
        requested_at: microseconds of UTC.
        signer: name of the key that signs what leaves.
        least: firms that a count tells of at least.
        demo: the data is synthetic, and the manifest says so.
    """
    request, requested = PackageRequested.model_validate_json(asked), utc_moment(requested_at)
    with TemporaryDirectory() as place, members_in(Path(place)) as members:
        with closing(open_read_models(address, None)) as models, models.reading() as snapshot:
            results = _made(members, snapshot, package, request, requested, least)
            position = snapshot.position
        told = members.described()
        manifest = _manifest(package, request, requested, position, signer, demo=demo)
        manifest |= {"counts": {"results": results, "files": len(told)}, "files": [_file(one.model_dump()) for one in told]}
        content = orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        members.whole(MANIFEST, content, 1)
        members.close()
        with TemporaryFile() as whole:
            archived(whole, members.paths())
            size = whole.tell()
            whole.seek(0)
            digest = Blobs(Path(files)).keep(iter(partial(whole.read, BLOCK), b""))
    made = (position, sha256(content).hexdigest(), digest, size, results, told)
    return PACKAGE_OUTCOME.dump_json(PackageOutcome(*made))


def _manifest(
    package: str, request: PackageRequested, requested_at: datetime, position: int, signer: str, *, demo: bool
) -> dict[str, Any]:
    told = ("counterpart", "recipient", "purpose", "classification", "granularity")
    model = external_edition(request.external_edition) if request.external_edition is not None else None
    return {
        "format": FORMAT,
        "id": package,
        "synthetic": demo,
        **request.model_dump(mode="json", include=set(told)),
        "requested_on": city_day(requested_at).isoformat(),
        "position": position,
        "signer": signer,
        "editions": [request.edition, *([model.key] if model is not None else [])],
    }


def _file(one: dict[str, Any]) -> dict[str, Any]:
    stem = Path(one["name"]).stem
    return one | ({"schema": schema_id(stem)} if one["name"].startswith("data/") else {})


def _made(
    members: PackageMembers, snapshot: Snapshot, package: str, request: PackageRequested, requested_at: datetime, least: int
) -> int:
    """Write every member but the manifest; how many results of firms go out."""
    kept = edition_row(snapshot, request.edition)
    if kept is None:
        raise LookupError(f"edition {request.edition} is not on record")
    edition = edition_of_json(kept.body)
    issued = issued_results(snapshot, edition)
    latest: dict[str, LatestResult] = {}
    if request.granularity is PackageGranularity.FIRMS:
        issued = _results(members, package, edition, requested_at, issued)
    count = 0
    for count, one in enumerate(issued, start=1):  # noqa: B007 - how many there were
        _keep_latest(latest, one.line)
    counts = (line.model_dump_json().encode() + b"\n" for line in counts_of(latest.values(), least))
    members.lines("data/counts.jsonl", counts)
    for name, line in SCHEMAS.items():
        if f"data/{name}.jsonl" in members:
            schema = {"$id": schema_id(name), **line.model_json_schema(mode="serialization")}
            members.whole(f"schema/{name}.json", orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS), 1)
    if request.external_edition is not None:
        members.whole(CROSSWALK, *_crosswalk(snapshot, edition, request.external_edition))
    return count if request.granularity is PackageGranularity.FIRMS else 0


def _results(
    members: PackageMembers, package: str, edition: AnyEdition, requested_at: datetime, issued: Iterable[AssessedResult]
) -> Iterator[AssessedResult]:
    """The results as they come by, each written as a line and, where there is any, as a result of the OSCAL document."""
    lines = members.begin(RESULTS)
    before, after = frame(package, edition, requested_at)
    document = None
    for one in issued:
        lines.write(one.line.model_dump_json().encode() + b"\n", 1)
        if document is None:
            document = members.begin(OSCAL)
            document.write(before)
        else:
            document.write(b",")
        document.write(assessed(package, one), 1)
        yield one
    if document is not None:
        document.write(after)


class LatestResult(NamedTuple):
    """Of a firm's latest result what is counted 企业最新结果. order: by which a later one is told."""

    order: tuple[date, str]
    district: str
    grade: int


def _keep_latest(latest: dict[str, LatestResult], line: PackagedResult) -> None:
    order = (line.issued_on, line.case_number)
    known = latest.get(line.enterprise)
    if known is None or known.order <= order:
        latest[line.enterprise] = LatestResult(order, line.district, line.grade)


def counts_of(latest: Iterable[LatestResult], least: int) -> list[PackagedCount]:
    """Districts by grade, by each firm's latest result, with the sums; small counts and those that would tell them are withheld."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in latest:
        found[one.district][str(one.grade)] += 1
    grades = sorted({grade for counts in found.values() for grade in counts}, key=int)
    if not grades:
        return []
    whole = with_margins({district: {grade: found[district][grade] for grade in grades} for district in sorted(found)}, TOTAL)
    hidden = _hidden(whole, least)
    return [
        PackagedCount(district=row, grade=column, firms=None if (row, column) in hidden else count)
        for row, counts in whole.items()
        for column, count in counts.items()
    ]


def _hidden(whole: Mapping[str, Mapping[str, int]], least: int) -> set[tuple[str, str]]:
    """Cells to withhold; every one of them where a small one has nothing to hide behind.

    A zero beside a withheld cell too: who was diagnosed in a district is known, and none of one grade says what the others are.
    """
    try:
        hidden = set(hidden_cells(whole, least))
        rows = {row for row, _ in hidden}
        return hidden | {(row, column) for row in rows for column, count in whole[row].items() if count == 0}
    except CannotBeHidden:
        return {(row, column) for row, counts in whole.items() for column in counts}


def _crosswalk(snapshot: Snapshot, edition: AnyEdition, external: str) -> tuple[bytes, int]:
    keys = dict.fromkeys((edition.key, edition.key.partition("-")[0]))
    found = [pair for key in keys for pair in latest_of_edition(snapshot, key) if pair[0].external_edition == external]
    model = external_edition(external)
    if not found or model is None:
        raise LookupError(f"no crosswalk of {edition.key} to {external} is published")
    record, version = found[0]
    published = PublishedCrosswalk(
        id=record.id,
        title=record.title,
        version=version.version,
        published_on=_day(version.published_at),
        source=record.source,
        mark=record.mark,
        rows=version.parsed,
    )
    return sssom_of(published, edition, model).encode(), len(published.rows)


def _day(at: int) -> date:
    return city_day(utc_moment(at))
