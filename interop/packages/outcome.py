"""Outcome of a package 数据包制作 in a process of its own: one snapshot read, its files made, the whole kept by hash. plan P8."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel

from domain.instants import city_day, utc_moment
from domain.programme.packages.facts import PackageRequested
from domain.programme.packages.making import PACKAGE_OUTCOME, PackageOutcome
from domain.programme.packages.terms import PackageGranularity
from interop.crosswalks.sssom import PublishedCrosswalk, sssom_of
from interop.packages.archive import FORMAT, MANIFEST, RESULTS, archived, described
from interop.packages.issued_results import issued_results
from interop.packages.lines import SCHEMAS, PackagedCount, PackagedResult, schema_id
from interop.packages.oscal_results import assessment_results
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
    request = PackageRequested.model_validate_json(asked)
    with closing(open_read_models(address, None)) as models, models.reading() as snapshot:
        members, results = _members(snapshot, package, request, utc_moment(requested_at), least)
        position = snapshot.position
    told = [described(name, content, count) for name, (content, count) in sorted(members.items())]
    manifest = _manifest(package, request, utc_moment(requested_at), position, signer, demo=demo)
    manifest |= {"counts": {"results": results, "files": len(told)}, "files": [_file(one.model_dump()) for one in told]}
    content = orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    whole = archived({MANIFEST: content, **{name: content for name, (content, _) in members.items()}})
    made = (position, sha256(content).hexdigest(), Blobs(Path(files)).put(whole), len(whole), results, tuple(told))
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


def _members(
    snapshot: Snapshot, package: str, request: PackageRequested, requested_at: datetime, least: int
) -> tuple[dict[str, tuple[bytes, int]], int]:
    """Name -> content of each member but the manifest, with how many things it tells; and how many results of firms go out."""
    kept = edition_row(snapshot, request.edition)
    if kept is None:
        raise LookupError(f"edition {request.edition} is not on record")
    edition = edition_of_json(kept.body)
    issued = list(issued_results(snapshot, edition))
    members: dict[str, tuple[bytes, int]] = {}
    if request.granularity is PackageGranularity.FIRMS:
        members[RESULTS] = _lines(one.line for one in issued)
        if issued:
            document = assessment_results(package, edition, requested_at, issued)
            members[OSCAL] = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE), len(issued)
    members["data/counts.jsonl"] = _lines(counts_of((one.line for one in issued), least))
    for name, line in SCHEMAS.items():
        if f"data/{name}.jsonl" in members:
            schema = {"$id": schema_id(name), **line.model_json_schema(mode="serialization")}
            members[f"schema/{name}.json"] = orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS), 1
    if request.external_edition is not None:
        members[CROSSWALK] = _crosswalk(snapshot, edition, request.external_edition)
    return members, len(issued) if request.granularity is PackageGranularity.FIRMS else 0


def _lines(lines: Iterable[BaseModel]) -> tuple[bytes, int]:
    told = [line.model_dump_json().encode() + b"\n" for line in lines]
    return b"".join(told), len(told)


def counts_of(lines: Iterable[PackagedResult], least: int) -> list[PackagedCount]:
    """Districts by grade, by each firm's latest result, with the sums; small counts and those that would tell them are withheld."""
    latest: dict[str, PackagedResult] = {}
    for line in sorted(lines, key=lambda line: (line.issued_on, line.case_number)):
        latest[line.enterprise] = line
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for line in latest.values():
        found[line.district][str(line.grade)] += 1
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
    """Cells to withhold; every one of them where a small one has nothing to hide behind."""
    try:
        return set(hidden_cells(whole, least))
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
