"""The small city once every edition is published and the authored mapping is set."""

from typing import Any

from domain.standard.edition_mapping import mapping_command
from domain.standard.editions import PublishEdition
from standards import edition_mappings, load_composition, published_editions
from tests.live_city import LiveCity


def map_editions(city: LiveCity) -> None:
    """Every edition on file published, and the mapping on file set, as the operator does it."""
    for key in published_editions():
        city.send(PublishEdition(**dict(load_composition(key))))
    for mapping in edition_mappings().mappings:
        city.send(mapping_command(mapping))
    city.installation.services.models.catch_up()


def mapping_input(**changes: Any) -> dict[str, Any]:
    """The authored mapping as a client sends it."""
    [one] = edition_mappings().mappings
    sent = {
        "since": one.since.isoformat(),
        "plain": one.plain,
        "editions": [
            {"industry": industry, "divisions": list(codes.divisions), "groups": list(codes.groups)}
            for industry, codes in one.editions.items()
        ],
        "headquarters": one.headquarters,
        "forms": [{"sizeClass": size.upper(), "value": form.name} for size, form in one.forms.items()],
        "source": one.source.document,
        "mark": one.source.mark,
        "formsSource": one.forms_source.document,
        "formsMark": one.forms_source.mark,
    }
    return sent | changes
