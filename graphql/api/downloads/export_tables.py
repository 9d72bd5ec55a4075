"""Tables of a bulk export 导出表: which published fields are columns, for whom, and under which mask. plan P7, P8.

A column stands for a field of the schema: its description, its readers and its mask are that field's, so that a file opens no more
than a query does.
"""

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Union, get_args, get_origin, get_type_hints

from strawberry.types.base import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from api.diagnosis import diagnoses
from api.kit.published import mask_of, roles_of
from api.kit.row_plans import Holds
from api.participants import enterprises
from api.providers.directory import DirectoryEntry
from domain.access import Mask, Role
from domain.diagnosis.state import DiagnosisStatus, Purpose
from domain.governance.standing import DirectoryStanding
from interop.exports.tables import Column, Kind, ListedProvider
from projections.diagnosis.diagnoses_fold import DiagnosisRow
from projections.engine.places import EnterpriseRow
from standards import Form
from standards.edition.mapping import SizeClass


@dataclass(frozen=True)
class ExportTable:
    """A table as it may be exported 可导出表.

    kind: published type. row: class of its rows. names: of the columns. named: column -> kind of the thing that it names by its
    key. kinds: of the columns whose values say less than they hold. called: enumerations, whose values the schema calls by their
    names. holds: whose data its rows are; None = nobody's. fields: column -> field, where that is another.
    """

    kind: type
    row: type
    names: Sequence[str]
    named: Mapping[str, str]
    kinds: Mapping[str, Kind]
    called: Mapping[str, type[Enum]]
    holds: Holds | None
    fields: Mapping[str, str]

    def field_of(self, name: str) -> str:
        """The field that a column stands for."""
        return self.fields.get(name, name)

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """Every column, by its name in the row."""
        definition = get_object_definition(self.kind, strict=True)
        hints = get_type_hints(self.row)
        says = {one.python_name: one.description or "" for one in definition.fields}
        return {name: self._column(name, says[self.field_of(name)], hints[name]) for name in self.names}

    def _column(self, name: str, says: str, hint: Any) -> Column:  # noqa: ANN401 - an annotation
        called = self.called.get(name)
        return Column(
            name=to_camel_case(self.field_of(name)),
            source=name,
            kind=self.kinds.get(name) or next((kind for own, kind in KINDS.items() if own in (hint, *get_args(hint))), Kind.TEXT),
            says=says,
            nullable=_may_be_none(hint),
            of=self.named.get(name, ""),
            called=tuple((str(one.value), one.name) for one in called) if called is not None else (),
        )

    def readable(self, role: Role) -> tuple[Column, ...]:
        """The columns that a role may read."""
        return tuple(one for name, one in self.columns.items() if role in roles_of(self.kind, self.field_of(name)))

    def unprotected(self, role: Role) -> tuple[Column, ...]:
        """Those of them that hold no protected data, of the reading of which nothing is written down."""
        return tuple(one for one in self.readable(role) if mask_of(self.kind, self.field_of(one.source)) is None)

    def masks(self, role: Role) -> frozenset[Mask]:
        """Kinds of protected data among them."""
        found = (mask_of(self.kind, self.field_of(one.source)) for one in self.readable(role))
        return frozenset(mask for mask in found if mask is not None)


KINDS: Mapping[type, Kind] = {bool: Kind.BOOLEAN, int: Kind.INTEGER}
"""Of a row's value -> how it is exported, where a table says no other."""


def _may_be_none(hint: Any) -> bool:  # noqa: ANN401 - an annotation
    return get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)


UNEXPORTED = frozenset(
    {"expert_reviews", "result", "applicable", "reason", "opened_by_role", "opened_by_organisation", "issued_through"}
)
"""Columns of a case that are no field of their own: parts of a result, of a basis, of the record."""
UNITS = dict.fromkeys(("park", "reporting_unit", "group"), "organisation")
TABLES: Mapping[str, ExportTable] = {
    "enterprises": ExportTable(
        enterprises.Enterprise,
        EnterpriseRow,
        [name for name in EnterpriseRow._fields if name != "latest_diagnosis"],
        {"id": "enterprise", **UNITS},
        {
            "employees": Kind.INTEGER,
            "revenue_wan": Kind.DECIMAL,
            "above_scale": Kind.BOOLEAN,
            "changed_at": Kind.TIME,
        },
        {"size_class": SizeClass},
        enterprises.HOLDS,
        {},
    ),
    "diagnoses": ExportTable(
        diagnoses.Diagnosis,
        DiagnosisRow,
        [name for name in DiagnosisRow._fields if name not in UNEXPORTED],
        {
            "id": "diagnosis",
            "enterprise": "enterprise",
            "provider": "organisation",
            "campaign": "campaign",
            "edition": "edition",
        },
        {
            **dict.fromkeys(
                ("version", "answered", "visits", "measured_grade", "grade", "level", "issued_version"), Kind.INTEGER
            ),
            **dict.fromkeys(("self_total", "verified_total"), Kind.DECIMAL),
            **dict.fromkeys(("status_since", "opened_at", "changed_at"), Kind.TIME),
        },
        {"status": DiagnosisStatus, "purpose": Purpose, "form": Form},
        diagnoses.HOLDS,
        {},
    ),
    "directory": ExportTable(
        DirectoryEntry,
        ListedProvider,
        ListedProvider._fields,
        {"id": "organisation"},
        {"year": Kind.INTEGER, "moved": Kind.DATE, "due": Kind.DATE},
        {"standing": DirectoryStanding},
        None,
        {"id": "provider"},
    ),
}
"""Name -> table; in the order in which they are loaded, what is named before what names it."""
