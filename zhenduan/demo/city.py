"""Demo city 示例城市: built through the same commands that users send, in the programme's past years, from one seed.

All acts of all people are drawn first, each with its moment (`demo_story`), and then sent in the order of time by a clock
of the past; after the last one the journal follows the machine's clock. Same seed, same present and same keys of persons:
same journal, to its root. The keys are drawn at random and never from the seed, so a city built anew over another vault
differs in the sealed names, and in nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from random import Random
from threading import Event

from api.kit.ports import UploadKind
from api.kit.services import Services
from domain.access import Role
from domain.diagnosis.equatings.equating import RequestEquating
from domain.diagnosis.evidence import AttachEvidence
from domain.diagnosis.external.batch import SendResultBatch
from domain.governance.dated_rules import ProposeRule
from domain.instants import city_day
from domain.kernel import Command
from domain.programme.packages.making import RequestPackage
from domain.programme.packages.sending import SendPackage
from domain.programme.papers.paper import RequestPaper
from domain.programme.policies.policy import DraftPolicy
from domain.programme.uplifts.uplift import RequestUplift
from domain.providers.calls.commands import CloseMarking, OpenCall
from domain.providers.overstatements.overstatement import RequestOverstatement
from domain.providers.ratings.rating import FixRatingInputs
from domain.providers.signals.screening import RequestScreening
from domain.standard.shadow import RequestShadow
from journal import Accepted
from journal.secrets.sealed_marks import SealedMarks
from zhenduan.accounts.accounts import LocalAccounts
from zhenduan.background.computing import compute_waiting
from zhenduan.background.shadowing import do_shadows
from zhenduan.demo.city_story import story
from zhenduan.demo.counterpart import exchanged
from zhenduan.demo.data import DemoData, demo_data
from zhenduan.demo.diagnosis_story import Attachment, OnRecord, Timed
from zhenduan.demo.external import file_of
from zhenduan.demo.people import LOGINS, DemoLogin
from zhenduan.demo.ratings import completed
from zhenduan.demo.rosters import DEMO_SALT
from zhenduan.demo.selection import DOCUMENTS, committed_seed
from zhenduan.demo.terms import PARTNER

REASON = "示例数据"
"""Why anything is done here."""
COMPUTED = (
    ProposeRule
    | FixRatingInputs
    | DraftPolicy
    | RequestPaper
    | RequestPackage
    | RequestScreening
    | RequestOverstatement
    | RequestEquating
    | RequestUplift
)
"""What the program works out at once."""
PARTNER_KEY_LIFETIME = timedelta(days=30)

Progress = Callable[[int, int], None]
"""Told how many acts are done, of how many 进度."""


class DemoIncomplete(Exception):  # noqa: N818 - what the operator must know
    """The building of the demo was interrupted 示例城市未建完: its folder or database must be emptied first."""


def open_demo(
    services: Services,
    accounts: LocalAccounts,
    *,
    seed: int | None = None,
    data: DemoData | None = None,
    progress: Progress | None = None,
    applying: bool = False,
) -> list[DemoLogin]:
    """The demo city, built where it is not yet 打开示例城市, and a fresh partner key in place of the last one.

    Args:
        services: over a journal marked as demo; its clock tells the present.
        accounts: where the logins are kept.
        seed: of all draws; that of the data when None.
        data: the synthetic city; `demo_city.yaml` when None.
        progress: see `Progress`.
        applying: of a city that is built, whether the next year's call is open too, with an application to be completed.

    Returns:
        The logins that the city knows, one for each role and five more, and the partner's key.

    Raises:
        DemoIncomplete: an earlier building was interrupted.
    """
    if not accounts.knows(LOGINS[-1].login):
        if services.journal.head().size > 1:
            raise DemoIncomplete(
                "示例城市未建完，请清空其目录或数据库后重新开始 "
                "the demo city was not finished; empty its folder or database and start again"
            )
        _build(
            services,
            accounts,
            data or demo_data(),
            seed,
            progress or (lambda _done, _all: None),
            applying=applying,
        )
    services.models.catch_up()
    for old in accounts.partner_keys.listing():
        if old.partner == PARTNER:
            accounts.revoke_partner_key(old.id)
    key = accounts.issue_partner_key(PARTNER, "*", PARTNER_KEY_LIFETIME)
    english = "partner key: reads the whole city; a new one at each start, which ends the one before"
    partner = DemoLogin(Role.PARTNER, "", key.token, "合作方密钥：全市只读，每次启动换发，前一个即失效", english)
    return [*(one for one in LOGINS if accounts.knows(one.login)), partner]


def _build(
    services: Services,
    accounts: LocalAccounts,
    data: DemoData,
    seed: int | None,
    progress: Progress,
    *,
    applying: bool,
) -> None:
    chance = Random(data.seed if seed is None else seed)  # noqa: S311 - draws of a demo, meant to be repeatable
    told = story(data, chance, services.clock(), applying=applying)
    services = replace(services, finishers={**services.finishers, OpenCall: _committed})
    for data_of_document in DOCUMENTS.values():
        services.blobs.put(data_of_document)
    services.firm_salt.known_or_drawn(partial(_moment_of, told.acts[0].at), DEMO_SALT, REASON)
    for number, timed in enumerate(told.acts, 1):
        _send(replace(services, clock=partial(_moment_of, timed.at)), timed)
        progress(number, len(told.acts))
    for login in LOGINS:
        if login.login in told.people:  # of a small city the story has no second firm
            accounts.register(login.login, login.password, told.people[login.login], is_demo=True)


def _committed(accepted: Accepted) -> Mapping[str, str]:
    """The commitment of a demo's call: to a seed that is known, so that the same demo numbers the same applications alike."""
    command = accepted.command
    assert isinstance(command, OpenCall)  # noqa: S101 - the table names it
    return {"seed_digest": sha256(committed_seed(command.year).encode()).hexdigest()}


def _moment_of(at: datetime) -> datetime:
    """The clock of an act that is played: it tells the act's moment."""
    return at


def _send(services: Services, timed: Timed) -> None:
    who, what = timed.act.who, timed.act.what
    if isinstance(what, Attachment):
        ticket = services.uploads.ticket(who, UploadKind.EVIDENCE, what.filename)
        kept = services.uploads.receive(ticket.path.removeprefix("/uploads/"), what.data)
        what = AttachEvidence(
            diagnosis=timed.diagnosis,
            sha256=kept.sha256,
            filename=kept.filename,
            media_type=kept.media_type,
            size=kept.size,
            indicators=what.indicators,
        )
    if isinstance(what, OnRecord):
        said = what.command(services, who, timed.at)
        if said is None:
            return
        what = said
    command = what if isinstance(what, Command) else what(city_day(timed.at))
    if isinstance(command, CloseMarking):
        opened = SealedMarks(services.keys).waiting(services.journal, command.year)
        command = command.model_copy(update={"opened": opened})
    if isinstance(command, SendResultBatch):
        services.blobs.put(file_of(command.rows))
    services.send(who, completed(services, command), reason=REASON)
    if isinstance(command, SendPackage):
        exchanged(services, command.package, REASON)
    if isinstance(command, COMPUTED):
        services.models.catch_up()
        compute_waiting(services, Event(), reason=REASON)
    if isinstance(command, RequestShadow):
        services.models.catch_up()
        do_shadows(services, Event(), "demo", reason=REASON)
