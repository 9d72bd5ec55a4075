"""SSSOM of a crosswalk (plan P8): what the mapping community reads, held to the schema that it publishes."""

import csv
import io
import json
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from interop.crosswalks.sssom import PublishedCrosswalk, sssom_of
from standards import external_edition, external_editions, load
from standards.external.crosswalk import CrosswalkRow, MappingRelation

SCHEMAS: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures" / "sssom_1_0_0.json").read_text("utf-8"))
"""Classes of sssom-schema 1.0.0 as JSON Schema."""
ROOT = Path(__file__).parents[2]
MAPPED = [one for one in external_editions() if one.nodes]


def rows(key: str, rationale: str = "名称与内容一致") -> tuple[CrosswalkRow, ...]:
    model = external_edition(key)
    assert model is not None
    return tuple(
        CrosswalkRow(indicator="F05", node=node.id, relation=relation, rationale=rationale, confidence=Decimal("0.850"))
        for node, relation in zip(model.nodes, MappingRelation, strict=False)
    )


def written(key: str, rationale: str = "名称与内容一致") -> str:
    """A file as it is handed over."""
    model = external_edition(key)
    assert model is not None
    made = PublishedCrosswalk(f"2023.{key}", "对照（示例）", 2, date(2026, 11, 29), "项目拟定", "P", rows(key, rationale))
    return sssom_of(made, load("2023"), model)


def exported(key: str, rationale: str = "名称与内容一致") -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The header and the rows of a file, as whoever receives it reads them."""
    lines = written(key, rationale).splitlines()
    head = [line.removeprefix("#").removeprefix(" ") for line in lines if line.startswith("#")]
    table = [line for line in lines if not line.startswith("#")]
    return yaml.safe_load("\n".join(head)), list(csv.DictReader(io.StringIO("\n".join(table)), delimiter="\t"))


@pytest.mark.parametrize("model", MAPPED, ids=lambda one: one.key)
def test_header_and_rows_are_what_the_published_schema_asks_for(model: Any) -> None:
    from jsonschema import Draft7Validator  # noqa: PLC0415 - a second of every worker's time, where it is used

    head, table = exported(model.key)
    assert [error.message for error in Draft7Validator(SCHEMAS["set"]).iter_errors(head)] == []
    for row in table:
        read = {**row, "confidence": float(row["confidence"])}
        assert [error.message for error in Draft7Validator(SCHEMAS["mapping"]).iter_errors(read)] == []


def test_the_librarys_own_validation_finds_nothing_in_any_of_them_and_something_in_what_is_broken(tmp_path: Path) -> None:
    """By the library itself, in a process that finds it where `scripts/clients` put it."""
    library = Path(os.environ.get("VENV", ROOT / ".venv")) / "sssom"
    assert library.exists(), "run scripts/clients first; make test does"
    whole = {one.key: written(one.key) for one in MAPPED}
    strange = whole["dcmm-2025"].replace("skos:exactMatch", "nobody:exactMatch")
    for name, text in {**whole, "strange": strange}.items():
        (tmp_path / name).write_text(text, "utf-8")
    command = [sys.executable, str(ROOT / "tests" / "clients" / "validate_sssom.py"), *sorted({*whole, "strange"})]
    own = {**os.environ, "PYTHONPATH": str(library.resolve())}
    done = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found.pop("strange") != []
    assert found == {key: [] for key in whole}


@pytest.mark.parametrize("broken", [{"mapping_set_id": None}, {"license": 5}, {"invented": "x"}])
def test_the_schema_refuses_a_header_that_is_none(broken: dict[str, Any]) -> None:
    from jsonschema import Draft7Validator  # noqa: PLC0415 - as above

    head, _ = exported("dcmm-2025")
    assert list(Draft7Validator(SCHEMAS["set"]).iter_errors(head | broken))


def test_every_prefix_that_a_row_uses_is_explained_in_the_header() -> None:
    head, table = exported("dcmm-2025")
    ends = ("subject_id", "predicate_id", "object_id", "mapping_justification")
    used = {row[name].partition(":")[0] for row in table for name in ends}
    used |= {head[name].partition(":")[0] for name in ("subject_source", "object_source")}
    assert used == set(head["curie_map"])


def test_a_row_says_both_ends_by_name_the_relation_of_skos_and_the_exact_confidence() -> None:
    head, (row, *_) = exported("dcmm-2025")
    assert (head["mapping_set_id"], head["mapping_set_version"]) == ("urn:zhenduan:crosswalk:2023.dcmm-2025:2", "2")
    assert (row["subject_id"], row["object_id"], row["object_label"]) == ("indicator:F05", "node:data-strategy", "数据战略")
    assert (row["predicate_id"], row["confidence"]) == ("skos:exactMatch", "0.85")


def test_no_rationale_breaks_the_table() -> None:
    _, table = exported("dcmm-2025", '甲\t乙\n“丙” "丁"')
    assert {row["comment"] for row in table} == {'甲 乙 “丙” "丁"'}
    assert len(table) == len(MappingRelation)
