"""Published types: a right and a mask stand beside what they open, lists inherit them, what nobody spoke for stops the start."""

import pytest
import strawberry

from api.kit.paging import Connection
from api.kit.published import declared, field, published, roles_of
from api.schema import build_schema
from api.server.field_rights import FieldsWithoutRights, resolve_rights
from domain.access import Mask, Role

CITY = frozenset({Role.CITY})
BOTH = CITY | {Role.AUDITOR}


@published(BOTH, placed=False)
class Kiln:
    """Kiln 窑炉 of a firm. plan P1

    What follows the first paragraph is for developers.
    """

    name: str = field("Name 名称")
    heat: int = field("Heat 热量", roles=CITY, mask=Mask.PROCESS_SECRETS)


@published(BOTH, mask=Mask.TRAIL)
class Log:
    """Log 记录"""

    line: str = field("Line 行")


@strawberry.type
class Query:
    @field("Kilns 窑炉", roles=BOTH)
    def kilns(self) -> Connection[Kiln]:
        raise NotImplementedError

    @field("Log 记录", roles=CITY, mask=Mask.TRAIL)
    def log(self) -> Log:
        raise NotImplementedError


def test_a_field_opens_to_its_own_roles_and_else_to_those_of_its_type() -> None:
    rights = declared(strawberry.Schema(Query))
    assert rights.rows["Kiln.*"] == BOTH
    assert rights.rows["Kiln.heat"] == CITY == roles_of(Kiln, "heat")
    assert roles_of(Kiln, "name") == BOTH
    assert rights.rows["Query.log"] == CITY


def test_a_list_opens_no_more_than_its_things() -> None:
    rights = declared(strawberry.Schema(Query))
    assert rights.rows["KilnConnection.*"] == rights.rows["KilnEdge.*"] == BOTH


def test_a_mask_covers_single_fields_and_whole_types() -> None:
    rights = declared(strawberry.Schema(Query))
    assert rights.protected == {"Kiln": {"heat": Mask.PROCESS_SECRETS}, "Query": {"log": Mask.TRAIL}}
    assert set(rights.masked[Mask.TRAIL]) == {"Log.*", "Query.log"}
    assert rights.unplaced == {"Kiln"}


def test_the_published_description_is_the_first_paragraph() -> None:
    assert strawberry.Schema(Query)._schema.type_map["Kiln"].description == "Kiln 窑炉 of a firm. plan P1"  # noqa: SLF001 - the library has no other way


def test_what_nobody_spoke_for_stops_the_start() -> None:
    @strawberry.type
    class Silent:
        word: str

    @strawberry.type
    class Asked:
        @strawberry.field
        def silent(self) -> Silent:
            raise NotImplementedError

    schema = strawberry.Schema(Asked)
    with pytest.raises(FieldsWithoutRights) as refused:
        resolve_rights(schema._schema, declared(schema).rows)  # noqa: SLF001 - as above
    assert refused.value.coordinates == ("Asked.silent", "Silent.word")


def test_every_protected_field_of_the_product_has_readers_of_its_own() -> None:
    rights = declared(build_schema())
    assert {f"{kind}.{name}" for kind, fields in rights.protected.items() for name in fields} <= set(rights.rows)
