"""Ways in 登录方式: what an operator does to a password, second factors or sign-on leaves a fact with its reason. plan P5, P7.

Passwords and factors lie in the vault (decision 0026); who can act as whom after such an act is decided there, so the record says
who did it, when, to whom and why. No secret, login or subject of a provider is in it: those are personal and can be erased.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from domain.command_rights import BY_THE_PROGRAM
from domain.kernel import Command, DecisionContext, Event, Facts, Identifier, Text
from domain.participants.people.state import Person

# Commands


class WayInCommand(Command):
    """A command about how a person signs in 登录方式命令; the program sends it for its operator, before the act itself."""

    roles: ClassVar = BY_THE_PROGRAM

    person: Identifier = Field(description="Person · 人员标识")
    reason: Text = Field(description="Why · 理由")


class SetPassword(WayInCommand):
    """Set a new password for a person 改密."""


class ResetSecondFactors(WayInCommand):
    """Take a person's second factors away 重置第二因素."""


class LinkSignOn(WayInCommand):
    """Let a subject of the identity provider sign in as a person 关联外部身份."""


class UnlinkSignOn(WayInCommand):
    """Let a subject of the identity provider sign in as a person no more 解除外部身份."""


# Events


class PasswordSet(Event):
    """An operator set a person's password 密码已由运维改设."""

    type: Literal["person.password_set.v1"] = "person.password_set.v1"
    says: ClassVar = "在命令行改设了该人员的登录密码：{reason}"
    says_in_english: ClassVar = "set the person's password on the command line: {reason}"
    reason: str


class SecondFactorsReset(Event):
    """An operator took a person's second factors away 第二因素已由运维重置."""

    type: Literal["person.second_factors_reset.v1"] = "person.second_factors_reset.v1"
    says: ClassVar = "在命令行重置了该人员的第二因素：{reason}"
    says_in_english: ClassVar = "reset the person's second factors on the command line: {reason}"
    reason: str


class SignOnLinked(Event):
    """An operator let a subject of the identity provider sign in as the person 外部身份已关联."""

    type: Literal["person.sign_on_linked.v1"] = "person.sign_on_linked.v1"
    says: ClassVar = "在命令行为该人员关联了一个外部身份：{reason}"
    says_in_english: ClassVar = "linked an outside identity to the person on the command line: {reason}"
    reason: str


class SignOnUnlinked(Event):
    """An operator ended that 外部身份已解除."""

    type: Literal["person.sign_on_unlinked.v1"] = "person.sign_on_unlinked.v1"
    says: ClassVar = "在命令行解除了该人员的一个外部身份：{reason}"
    says_in_english: ClassVar = "unlinked an outside identity from the person on the command line: {reason}"
    reason: str


WayInEvent = PasswordSet | SecondFactorsReset | SignOnLinked | SignOnUnlinked

FACTS: Mapping[type[Command], type[WayInEvent]] = {
    SetPassword: PasswordSet,
    ResetSecondFactors: SecondFactorsReset,
    LinkSignOn: SignOnLinked,
    UnlinkSignOn: SignOnUnlinked,
}
"""Command -> the fact that it leaves."""

# Decide: what may happen


def note_way_in(command: WayInCommand, _person: Person, _context: DecisionContext) -> Facts:
    """Always, and every time: the same act a second time is another act 记录登录方式变更."""
    return (FACTS[type(command)](reason=command.reason),)
