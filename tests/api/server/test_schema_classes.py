"""Classes of the schema, as they are made and filled."""

from typing import Any

import pytest
import strawberry
from strawberry.types.base import get_object_definition

from api.kit.published import field, published
from domain.masks import SIGNED_IN


@published(SIGNED_IN)
class Seen:
    """A thing that is seen · 所见."""

    name: str | None = field("Its name · 名称")
    also: str | None = field("Its other name · 别名", default=None)
    kept: list[str] = field("What it keeps · 所存", default_factory=list)
    next: "Seen | None" = field("The one after it · 下一个", default=None)

    @field("Its name, if any · 名称")  # type: ignore[untyped-decorator] # as the library takes and gives it
    def called(self) -> str | None:
        """Answered by a function."""
        return self.name


def test_a_class_is_filled_by_the_names_of_its_fields() -> None:
    seen, other = Seen(name="甲"), Seen(name=None, kept=["a"])
    assert (seen.name, seen.also, seen.kept, seen.next, seen.called()) == ("甲", None, [], None, "甲")
    assert seen.kept is not Seen(name="乙").kept
    assert (other.name, other.kept) == (None, ["a"])


@pytest.mark.parametrize("given", [{}, {"name": "甲", "title": "乙"}, {"name": "甲", "called": "乙"}])
def test_what_is_missing_or_no_field_of_it_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(TypeError, match="Seen lacks"):
        Seen(**given)  # type: ignore[arg-type] # as nobody should


def test_a_class_prints_nothing_of_what_it_holds() -> None:
    assert "甲公司" not in repr(Seen(name="甲公司"))


def test_fields_that_say_the_same_share_what_it_means() -> None:
    fields: dict[str, Any] = {one.python_name: one.type for one in get_object_definition(Seen, strict=True).fields}
    assert fields["name"] is fields["also"] is fields["called"]
    assert fields["next"].of_type is Seen  # a name that stands for itself is looked up in its own module


def test_a_class_of_the_schema_answers_as_the_librarys_own() -> None:
    @strawberry.type
    class Query:
        @strawberry.field
        def seen(self) -> Seen:
            return Seen(name="甲", next=Seen(name=None))

    answer = strawberry.Schema(Query).execute_sync("{ seen { name also called kept next { name } } }")
    assert answer.errors is None
    assert answer.data == {"seen": {"name": "甲", "also": None, "called": "甲", "kept": [], "next": {"name": None}}}
