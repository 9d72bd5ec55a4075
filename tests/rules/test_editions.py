"""Editions 标准版本 (plan S1, S5): published whole, and never changed afterwards."""

from domain.editions import EDITION_ALREADY_PUBLISHED, EDITIONS, EditionPublished, PublishEdition
from domain.rights import ROLE_NOT_ALLOWED
from tests.rules.firms import EDITION
from tests.rules.given import given

PUBLISH = PublishEdition(edition=EDITION)


def test_the_published_fact_carries_the_whole_edition_and_its_digest() -> None:
    given(EDITIONS).when(PUBLISH, "city").then(EditionPublished(edition=EDITION, digest=EDITION.digest))


def test_publishing_the_same_again_changes_nothing() -> None:
    given(EDITIONS).when(PUBLISH, "city").when(PUBLISH, "city").then()


def test_a_published_edition_is_never_changed_not_by_a_letter() -> None:
    other = EDITION.model_copy(update={"title": EDITION.title + "（修订）"})
    assert other.digest != EDITION.digest
    given(EDITIONS).when(PUBLISH, "city").when(PublishEdition(edition=other), "city").refused(
        EDITION_ALREADY_PUBLISHED, key="2023"
    )


def test_only_the_city_publishes() -> None:
    given(EDITIONS).when(PUBLISH, "district", "310117").refused(ROLE_NOT_ALLOWED, role="district")
