"""Results form 评估结果报送格式: by counterpart, the JSON package in which its assessments come in, as a JSON Schema. plan P8.

It is the import form of external results with the counterpart's own model and levels. None of it is theirs: no public interface of
any of them is known, so each form is ours, marked I, until its counterpart states one.
"""

import re
from datetime import date
from typing import Any, NamedTuple

from domain.diagnosis.external.batch import BatchName
from domain.diagnosis.external.result import CERTIFICATES
from domain.programme.packages.terms import FORM_MARK, MODELS, Counterpart
from interop.code_lists import result_columns
from interop.exchange.receipt_form import ReceiptForm
from standards import external_editions

RESULTS_FORMAT = "zhenduan.results.v1"
FILE_NAME = re.compile(r"([0-9A-Za-z][0-9A-Za-z_-]{0,30})\.(\d{4}-\d{2}-\d{2})\.(json|csv|xlsx)", re.ASCII)
DAY = {"type": "string", "format": "date"}
LABEL = {"type": "string", "minLength": 1, "maxLength": 200}
KINDS: dict[str, dict[str, Any]] = {
    "uscc": {"type": "string", "pattern": "^[0-9A-HJ-NPQRTUWXY]{18}$"},
    "score": {"type": ["number", "string", "null"]},
    "assessed_on": DAY,
    "valid_until": {"type": ["string", "null"]},
}
"""Field -> what it holds; of every other a short text."""


class NamedFile(NamedTuple):
    """What the name of a file of results says 文件名. stated_on: day as of which it states them."""

    name: str
    stated_on: date


def named_file(filename: str) -> NamedFile | None:
    """The batch and the day that a file's name says, as `2024-03.2024-03-31.json`; None where it says none."""
    found = FILE_NAME.fullmatch(filename)
    if found is None:
        return None
    try:
        return NamedFile(found[1], date.fromisoformat(found[2]))
    except ValueError:
        return None


def batch_name(name: str, digest: str) -> BatchName:
    """Name of the batch that a file becomes: another file under the same name is another batch, the same file the same."""
    return f"{name}-{digest[:8]}"


def results_schema(counterpart: Counterpart) -> dict[str, Any]:
    """JSON Schema of the results of a counterpart 报送格式模式."""
    model = MODELS[counterpart]
    columns = result_columns().columns
    required = [one.field for one in columns if one.required] + (["number"] if model in CERTIFICATES else [])
    fields = {one.field: {"description": one.name, **_kind(one.field, model, one.field in required)} for one in columns}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:zhenduan:schema:results-{counterpart.value}:1",
        "title": counterpart.description,
        "description": f"Mark {FORM_MARK}: drawn up by this project, until the counterpart's own form is known",
        "type": "object",
        "required": ["format", "counterpart", "model", "count", "results"],
        "properties": {
            "format": {"const": RESULTS_FORMAT},
            "counterpart": {"const": counterpart.value},
            "model": {"const": model},
            "count": {"type": "integer", "minimum": 0, "description": "How many results it holds; another number is refused"},
            "results": {
                "type": "array",
                "items": {"type": "object", "required": required, "properties": fields, "additionalProperties": False},
            },
        },
        "additionalProperties": False,
    }


def _kind(field: str, model: str, is_required: bool) -> dict[str, Any]:  # noqa: FBT001 - of the one caller
    if field == "level":
        return _levels(model)
    found = KINDS.get(field, LABEL)
    return found if is_required or isinstance(found["type"], list) else {**found, "type": [found["type"], "null"]}


def _levels(model: str) -> dict[str, Any]:
    editions = [one for one in external_editions() if one.model == model and not one.draft]
    if any(one.free_levels for one in editions):
        return LABEL
    return {"enum": list(dict.fromkeys(level.name for one in editions for level in one.levels))}


def exchange_schemas() -> dict[str, Any]:
    """Every form that goes to and fro, by name 交换格式全集."""
    receipt = {"$id": "urn:zhenduan:schema:receipt:1", **ReceiptForm.model_json_schema()}
    return {"receipt": receipt, **{f"results-{one.value}": results_schema(one) for one in Counterpart}}
