"""Forms of exchange (plan P8): a schema each, printed; a golden file each, which fits its schema and is read as it is meant."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from domain.programme.packages.terms import MODELS, Counterpart, ReceiptFault
from interop.exchange.receipt_form import LARGEST_RECEIPT, read_receipt
from interop.exchange.results_form import batch_name, exchange_schemas, named_file
from interop.external_results.reading import read_results

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "exchange"
SCHEMAS: dict[str, Any] = exchange_schemas()
PILOT = Counterpart.MIIT_PILOT


def kept(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


def test_the_printed_forms_are_those_of_the_program() -> None:
    assert json.loads((ROOT / "docs" / "exchange.json").read_text("utf-8")) == SCHEMAS
    assert set(SCHEMAS) == {"receipt", *(f"results-{one.value}" for one in Counterpart)}


@pytest.mark.parametrize("counterpart", Counterpart)
def test_each_counterpart_s_results_fit_its_schema_and_are_read(counterpart: Counterpart) -> None:
    golden = kept(f"results-{counterpart.value}")
    schema = Draft202012Validator(SCHEMAS[f"results-{counterpart.value}"])
    assert list(schema.iter_errors(golden)) == []
    for encoding in ("utf-8", "gb18030"):
        content = json.dumps(golden, ensure_ascii=False).encode(encoding)
        read = read_results(content, "2024-03.2024-03-31.json", MODELS[counterpart])
        assert (len(read.rows), read.refused_rows, read.findings) == (golden["count"], 0, ()), encoding
    for wrong in ({"model": "other"}, {"counterpart": "nobody"}, {"count": -1}, {"more": 1}):
        assert not schema.is_valid(golden | wrong)
    row = golden["results"][0]
    for wrong in ({"level": None}, {"uscc": "123"}, {"phone": "13800000000"}):
        assert not schema.is_valid(golden | {"results": [row | wrong]})


@pytest.mark.parametrize(("name", "taken"), [("receipt-taken", True), ("receipt-refused", False)])
def test_a_receipt_fits_its_schema_and_is_read_in_either_encoding(name: str, *, taken: bool) -> None:
    golden = kept(name)
    assert list(Draft202012Validator(SCHEMAS["receipt"]).iter_errors(golden)) == []
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        read = read_receipt(json.dumps(golden, ensure_ascii=False).encode(encoding), golden["package"], PILOT).receipt
        assert read is not None
        assert (read.taken, read.number, list(read.reasons)) == (taken, golden["receipt"], golden["reasons"])


def test_what_is_no_receipt_of_this_package_is_told_apart() -> None:
    golden = kept("receipt-taken")
    whole = json.dumps(golden).encode()

    def fault(content: bytes, package: str = golden["package"], counterpart: Counterpart = PILOT) -> ReceiptFault:
        read = read_receipt(content, package, counterpart)
        assert read.receipt is None
        return read.fault

    for half in (b"", whole[:50], b"[]", whole + b" " * LARGEST_RECEIPT, json.dumps(golden | {"signed": 1}).encode()):
        assert fault(half) is ReceiptFault.UNREADABLE
    assert fault(whole, "another") is ReceiptFault.OTHER_PACKAGE
    assert fault(whole, counterpart=Counterpart.STATE_ASSETS) is ReceiptFault.OTHER_PACKAGE


def test_the_name_of_a_file_says_batch_and_day_and_another_file_is_another_batch() -> None:
    named = named_file("2024-03.2024-03-31.json")
    assert named is not None
    assert (named.name, named.stated_on.isoformat()) == ("2024-03", "2024-03-31")
    for wrong in ("2024-03.json", "a.2024-13-01.json", "../a.2024-03-31.json", "a.2024-03-31.exe", f"{'a' * 60}.2024-03-31.json"):
        assert named_file(wrong) is None
    assert batch_name("a", "1" * 64) != batch_name("a", "2" * 64)
