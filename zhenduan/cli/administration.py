"""Administration 运维: what the person at the machine does, through the same commands that users send."""

import getpass
import json
import logging
import secrets
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

from pydantic import ValidationError

from api.kit.disclosure_notes import DisclosureNotes
from domain.access import Role
from domain.instants import city_day, microseconds
from domain.kernel import Refused, stream_of
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.partner_keys import IssuePartnerKey, RevokePartnerKey
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import ErasePerson, RegisterPerson
from domain.participants.people.ways_in import (
    LinkSignOn,
    ResetSecondFactors,
    SetPassword,
    UnlinkSignOn,
    WayInCommand,
)
from interop.code_lists import districts
from journal import Broken, Conflict, Verified, verify
from zhenduan.accounts.logins import require_password
from zhenduan.accounts.partner_keys import PARTNER_KEY_UNKNOWN, IssuedKey
from zhenduan.cli.output import answer, malformed_input, progress, refusal
from zhenduan.cli.proving import JournalFault, against_checkpoints, not_intact
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, RowSecurityOff, is_row_security_off, now, opened, operator

CITY = "city"
"""Id of the city's own organisation."""

log = logging.getLogger(__name__)


def rebuild(settings: Settings) -> int:
    """Fold every read model anew and swap."""
    with opened(settings) as installation, progress("重建 rebuilding", "条 entries") as told:
        installation.services.models.rebuild(told)
    return 0


def verify_journal(settings: Settings, against: Sequence[Path] = ()) -> int:
    """Walk the journal; 1 and the first broken entry when it was tampered with, and `intact` only where it is 0.

    against: files of checkpoints that were kept elsewhere; a consistent rewrite contradicts them.
    """
    with opened(settings) as installation:
        with progress("核验 verifying", "条 entries") as told:
            found = verify(installation.services.journal, told)
        match found:
            case Verified(size=size, root=root, algorithm=algorithm):
                answer("", size=size, root=root.hex(), algorithm=algorithm)
                _clock(installation)
                _row_security(installation, settings)
                with progress("比对检查点 comparing with checkpoints", "条 entries") as told:
                    failed = against_checkpoints(installation, against, told)
                if not failed:
                    answer(f"完整 intact: {size} 条 entries, root {root.hex()} ({algorithm})", intact=True)
                return failed
            case Broken(position=position, what=what):
                where = f"第 {position} 条已被篡改：", f"broken at position {position}: {what}"
                not_intact(JournalFault.BROKEN, *where, position=position, what=what)
                return 1


def _clock(installation: Installation) -> None:
    """Say where the clock is behind the last entry: what is written until it has caught up bears that entry's time."""
    ahead = (installation.services.journal.head().at - microseconds(now())) // 1_000_000
    if ahead > 0:
        chinese = f"最后一条的时间比本机时钟快 {ahead} 秒，此间的新条目沿用该时间：请核对时钟。"
        english = f"The last entry is {ahead} s ahead of this machine's clock; new ones bear its time until then: look at it."
        answer(f"{chinese}\n{english}", ahead_seconds=ahead)


def _row_security(installation: Installation, settings: Settings) -> None:
    """Say where PostgreSQL refuses no row that a query forgot: the roles are the server's, and this user was not given them."""
    if settings.database is None:
        return
    is_off = is_row_security_off(settings, installation.services.models)
    answer("", rowSecurity=not is_off)
    if is_off:
        sys.stderr.write(
            f"行级安全未启用：请由管理员 {RowSecurityOff.SAYS} 给本程序的数据库用户，再重新启动。\n"
            f"Row-level security is off: an administrator runs {RowSecurityOff.SAYS} TO the program's user, then start again.\n"
        )


def initialise(settings: Settings, city: str, user: str) -> int:
    """Register the city's department and its districts, once; registering twice changes nothing."""
    wanted = [RegisterOrganisation(organisation=CITY, kind=OrganisationKind.CITY, name=city)]
    wanted += [
        RegisterOrganisation(organisation=d.code, kind=OrganisationKind.DISTRICT, name=d.name, parent=CITY)
        for d in districts().districts
    ]
    with opened(settings, create=True) as installation:
        new = 0
        for command in wanted:
            try:
                installation.services.send(operator(user), command, reason="初始化")
                new += 1
            except Refused as refused:
                if refused.rule.code != "ORGANISATION_EXISTS":
                    return refusal(refused)
        installation.services.models.catch_up()
        _row_security(installation, settings)
    there = len(wanted) - new
    answer(f"已登记 registered: {new}；已存在 there already: {there}", registered=new, there=there)
    return 0


@dataclass(frozen=True)
class PersonToInvite:
    """A person to let in 邀请. password: None = one is made."""

    login: str
    name: str
    role: str
    organisation: str
    password: str | None


def invite(settings: Settings, invitation: PersonToInvite, user: str) -> int:
    """Register a person, grant the role, give the login; the name is sealed before it is written."""
    password = invitation.password or secrets.token_urlsafe(12)
    try:
        role = Role(invitation.role)
    except ValueError:
        sys.stderr.write(f"没有该角色 no such role: {invitation.role}；可选 one of: {'、'.join(Role)}\n")
        return 2
    with opened(settings) as installation:
        person = str(uuid4())
        try:
            registration = RegisterPerson(person=person, name=invitation.name)
            grant = GrantMembership(
                person=person,
                membership=str(uuid4()),
                role=role,
                organisation=invitation.organisation,
                since=city_day(installation.services.clock()),
            )
            installation.accounts.register(invitation.login, password, person)
            try:
                installation.services.send(operator(user), registration, reason="命令行开通")
                installation.services.send(operator(user), grant, reason="命令行开通")
            except (Refused, Conflict):
                installation.accounts.remove(person)
                _take_back(installation, person, user)
                raise
        except Refused as refused:
            return refusal(refused)
        except ValidationError as problem:
            return malformed_input(problem)
        installation.services.models.catch_up()
    said = f"登录名 login: {invitation.login}\n密码 password: {password}"
    answer(said, login=invitation.login, password=password, person=person)
    return 0


def _take_back(installation: Installation, person: str, user: str) -> None:
    """Erase a person who was registered for a role that was refused: nothing readable is left of a failed invitation."""
    with suppress(Refused):  # the registration itself may be what was refused
        installation.services.send(operator(user), ErasePerson(person=person), reason="命令行开通未成")
    installation.services.keys.destroy(person)


@dataclass(frozen=True)
class Signed:
    """Who does something to an account at the command line, and why 经办人与理由."""

    user: str
    reason: str

    def note(self, installation: Installation, command: type[WayInCommand], person: str) -> None:
        """Leave the fact of what is about to be done: an act that failed afterwards is better known than one nobody knows of.

        Raises:
            Refused: NOT_FOUND, PERSON_ERASED.
            ValidationError: the reason says nothing.
        """
        installation.services.send(operator(self.user), command(person=person, reason=self.reason))


def _done(act: Callable[[Installation], None], settings: Settings) -> int:
    """Do something to an account; 1 where it is refused, 2 where the reason says nothing."""
    with opened(settings) as installation:
        try:
            act(installation)
        except Refused as refused:
            return refusal(refused)
        except ValidationError as problem:
            return malformed_input(problem)
        installation.services.models.catch_up()
    return 0


def change_password(settings: Settings, login: str, password: str, signed: Signed, *, show: bool) -> int:
    """Set a password; every session of the login ends."""

    def act(installation: Installation) -> None:
        require_password(password)
        signed.note(installation, SetPassword, installation.accounts.person_of(login))
        installation.accounts.change_password(login, password)

    if failed := _done(act, settings):
        return failed
    answer(f"新密码 new password: {password}" if show else "已修改 changed", login=login)
    if show:
        answer("", password=password)
    return 0


def reset_second_factor(settings: Settings, login: str, signed: Signed) -> int:
    """Take the second factors of a login's person away, for who has lost them; every session of the person ends."""

    def act(installation: Installation) -> None:
        person = installation.accounts.person_of(login)
        signed.note(installation, ResetSecondFactors, person)
        installation.accounts.second.reset(person)
        log.warning("second factors reset: login %r, person %s, by %r at the command line", login, person, signed.user)

    if failed := _done(act, settings):
        return failed
    answer("已重置，其会话均已结束 reset; every session of the person has ended", login=login)
    return 0


def export_person(settings: Settings, person: str) -> int:
    """All that is held on a person, as JSON; 2 where there is no such person."""
    from api.participants.person_export import firms_in, held_on  # noqa: PLC0415 - it builds types of the schema

    person = person.removeprefix(stream_of("person", ""))  # as the interface names people
    with opened(settings) as installation:
        installation.services.models.catch_up()
        with installation.services.models.reading() as reading:
            found = held_on(installation.services, reading, person)
            if found is not None:
                disclosure_notes = DisclosureNotes("zhenduan export-person")
                disclosure_notes.note(frozenset({"contacts"}), firms_in(reading, found))
                disclosure_notes.leave(installation.services, operator(getpass.getuser()))
    if found is None:
        sys.stderr.write(f"没有该人员 no such person: {person}\n")
        return 2
    answer(json.dumps(found, ensure_ascii=False, indent=1))
    return 0


def link_subject(settings: Settings, person: str, subject: str, signed: Signed) -> int:
    """Make a subject of the identity provider a person's; 2 where no provider is set or the person is unknown."""
    if settings.provider is None:
        sys.stderr.write("未设置身份提供方 no identity provider is set: ZHENDUAN_OIDC_ISSUER\n")
        return 2
    issuer, person = settings.provider.issuer, person.removeprefix(stream_of("person", ""))

    def act(installation: Installation) -> None:
        subjects = installation.accounts.subjects
        if subjects.person_of(issuer, subject) is None:
            signed.note(installation, LinkSignOn, person)
        subjects.link(issuer, subject, person)

    if failed := _done(act, settings):
        return failed
    answer("已关联 linked")
    return 0


def unlink_subject(settings: Settings, subject: str, signed: Signed) -> int:
    """A subject of the identity provider is nobody's any more."""
    if settings.provider is None:
        sys.stderr.write("未设置身份提供方 no identity provider is set: ZHENDUAN_OIDC_ISSUER\n")
        return 2
    issuer = settings.provider.issuer

    def act(installation: Installation) -> None:
        if (person := installation.accounts.subjects.person_of(issuer, subject)) is not None:
            signed.note(installation, UnlinkSignOn, person)
        installation.accounts.unlink_subject(issuer, subject)

    if failed := _done(act, settings):
        return failed
    answer("已解除 unlinked")
    return 0


def partner_key(settings: Settings, partner: str, organisation: str, days: int, signed: Signed) -> int:
    """Issue a partner's key; it is shown once."""
    made: list[IssuedKey] = []

    def act(installation: Installation) -> None:
        signed_key = partial(IssuePartnerKey, partner=partner, organisation=organisation, days=days, reason=signed.reason)

        def noted(key: str) -> None:
            installation.services.send(operator(signed.user), signed_key(key=key))

        made.append(installation.accounts.issue_partner_key(partner, organisation, timedelta(days=days), noted))

    if failed := _done(act, settings):
        return failed
    (issued,) = made
    until = f"{issued.expires_at:%Y-%m-%d %H:%M} UTC"
    said = f"密钥标识 id: {issued.id}\n密钥 token (shown once): {issued.token}\n到期 expires: {until}"
    answer(said, id=issued.id, token=issued.token, expiresAt=issued.expires_at.isoformat())
    return 0


def revoke_partner_key(settings: Settings, key: str, signed: Signed) -> int:
    """End a partner's key at once."""

    def act(installation: Installation) -> None:
        if key not in {one.id for one in installation.accounts.partner_keys.listing()}:
            raise PARTNER_KEY_UNKNOWN.refuse(key=key)
        installation.services.send(operator(signed.user), RevokePartnerKey(key=key, reason=signed.reason))
        installation.accounts.revoke_partner_key(key)

    if failed := _done(act, settings):
        return failed
    answer("已吊销 revoked")
    return 0
