"""Editions 标准版本 (plan S1, S5): published whole, and never changed afterwards."""

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.standard.editions import (
    EDITION_ALREADY_PUBLISHED,
    EDITIONS,
    ORIGINS_INCOMPLETE,
    EditionPublished,
    IndustryEditionPublished,
    PublishEdition,
)
from standards import load_composition, plain_origins
from tests.rules.firms import EDITION
from tests.rules.given import given

PUBLISH = PublishEdition(edition=EDITION)
AUTOMOTIVE = load_composition("2023-automotive")
PUBLISH_AUTOMOTIVE = PublishEdition(edition=AUTOMOTIVE.edition, origins=AUTOMOTIVE.origins)


def test_the_published_fact_carries_the_whole_edition_and_its_digest() -> None:
    given(EDITIONS).when(PUBLISH, "city").then(EditionPublished(edition=EDITION, digest=EDITION.digest))


def test_publishing_the_same_again_changes_nothing() -> None:
    given(EDITIONS).when(PUBLISH, "city").when(PUBLISH, "city").then()
    told = PUBLISH.model_copy(update={"origins": plain_origins(EDITION)})
    given(EDITIONS).when(PUBLISH, "city").when(told, "city").then()


def test_a_published_edition_is_never_changed_not_by_a_letter() -> None:
    other = EDITION.model_copy(update={"title": EDITION.title + "（修订）"})
    assert other.digest != EDITION.digest
    given(EDITIONS).when(PUBLISH, "city").when(PublishEdition(edition=other), "city").refused(
        EDITION_ALREADY_PUBLISHED, key="2023"
    )


def test_only_the_city_publishes() -> None:
    given(EDITIONS).when(PUBLISH, "district", "310117").refused(ROLE_NOT_ALLOWED, role="district")


def test_an_industry_edition_is_published_whole_with_the_origin_of_each_line() -> None:
    given(EDITIONS).when(PUBLISH_AUTOMOTIVE, "city").then(
        IndustryEditionPublished(
            edition=AUTOMOTIVE.edition, digest=AUTOMOTIVE.edition.digest, origins=AUTOMOTIVE.origins
        )
    )
    assert EDITIONS.stream(PUBLISH_AUTOMOTIVE) == "edition/2023-automotive"


def test_an_industry_edition_is_not_published_while_a_line_keeps_its_origin_to_itself() -> None:
    for origins in (AUTOMOTIVE.origins[1:], ()):
        given(EDITIONS).when(PublishEdition(edition=AUTOMOTIVE.edition, origins=origins), "city").refused(
            ORIGINS_INCOMPLETE, key="2023-automotive"
        )


def test_a_published_industry_edition_is_never_changed_either() -> None:
    other = AUTOMOTIVE.edition.model_copy(update={"title": "汽车（修订）"})
    given(EDITIONS).when(PUBLISH_AUTOMOTIVE, "city").when(PUBLISH_AUTOMOTIVE, "city").then()
    first, *rest = AUTOMOTIVE.origins
    retold = PUBLISH_AUTOMOTIVE.model_copy(update={"origins": (first.model_copy(update={"reason": "另一理由"}), *rest)})
    given(EDITIONS).when(PUBLISH_AUTOMOTIVE, "city").when(retold, "city").refused(EDITION_ALREADY_PUBLISHED)
    given(EDITIONS).when(PUBLISH_AUTOMOTIVE, "city").when(
        PublishEdition(edition=other, origins=AUTOMOTIVE.origins), "city"
    ).refused(EDITION_ALREADY_PUBLISHED, key="2023-automotive")
