"""Ids of enterprises 企业标识: of the installation's salt and the code of first registration; no code tells one. plan P1, P7.

The salt is drawn once, at the first roster, and kept sealed in the journal; who has the journal and the master key can derive
every id again, and nobody else. Enterprises of earlier versions keep ids that follow from the code alone.
"""

import hmac
from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from domain.command_rights import BY_THE_PROGRAM, require_right
from domain.kernel import Capability, Command, DecisionContext, Event, Facts, Stream, stream_of

UNSALTED = UUID("5b1f3a0e-6f0b-5f27-9a55-0d3c1c9b7e10")
"""Namespace of the ids of earlier versions."""
UUID_BYTES = 16

Salt = Annotated[str, Field(pattern="^[0-9a-f]{64}$", repr=False)]
"""Salt 盐 of an installation's ids: 32 random bytes, in hexadecimal."""


def enterprise_id(salt: str, uscc: str) -> str:
    """Id of the enterprise first registered under a USCC 企业标识, in the installation of a salt."""
    return str(UUID(bytes=hmac.digest(bytes.fromhex(salt), uscc.encode(), "sha256")[:UUID_BYTES], version=5))


def unsalted_id(uscc: str) -> str:
    """Id that earlier versions gave 旧标识; it follows from the code alone."""
    return str(uuid5(UNSALTED, uscc))


class DrawSalt(Command):
    """Keep the salt of the installation's ids 确定标识盐; the first one stays. sealed: it, under a key of the master key."""

    roles: ClassVar = BY_THE_PROGRAM

    sealed: Annotated[str, Field(min_length=1, max_length=400)]


class SaltDrawn(Event):
    """The salt of the installation's ids was drawn 标识盐已确定; sealed: ciphertext under a key of the master key."""

    type: Literal["identifiers.salt_drawn.v1"] = "identifiers.salt_drawn.v1"
    says: ClassVar = "确定了本系统企业标识的生成方式（密文留存）"
    says_in_english: ClassVar = "settled how this system makes the ids of firms (the salt is kept secret)"
    sealed: str


class SealedSalt(BaseModel):
    """The salt as the journal keeps it 密存标识盐."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    sealed: str


def salt_stream() -> Stream:
    """Stream of the salt of the enterprises' ids."""
    return stream_of("identifiers", "enterprise")


def decide(command: DrawSalt, known: SealedSalt | None, context: DecisionContext) -> Facts:
    """Once; whoever comes later takes the one that is there. Raises Refused: ROLE_NOT_ALLOWED."""
    require_right(command, context.role)
    return (SaltDrawn(sealed=command.sealed),) if known is None else ()


def evolve(_known: SealedSalt | None, event: SaltDrawn) -> SealedSalt:
    """The salt that was drawn."""
    return SealedSalt(sealed=event.sealed)


IDENTIFIERS: Capability = Capability(
    name="identifiers",
    commands=(DrawSalt,),
    events=(SaltDrawn,),
    stream=lambda _command: salt_stream(),
    decide=decide,
    evolve=evolve,
)
