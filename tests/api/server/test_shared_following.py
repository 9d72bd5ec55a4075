"""Followers of the same are told by one look and one execution, each as if it were alone (plan P5, P7, P8; decision 0118)."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import pytest
from graphql import OperationType

from api.kit.ports import Identified
from api.server.asked_together import AskedTogether
from api.server.change_notifications import ChangeNotifications
from api.server.messages import CallerGone, GraphQLRequest, GraphQLResponse
from api.server.operations import Operations
from api.server.prepared_operations import PreparedOperation
from domain.disclosures import Disclosure
from journal.disclosure_log.disclosure_log import Held
from tests.live_city import DOCUMENTS, RIGHTS, SCHEMA, LiveCity, Told, UpToNow

PLAIN = (
    "subscription($after: String, $kind: [String!], $district: [String!]) { "
    "publicEvents(after: $after, kind: $kind, district: $district) {"
)
DOCUMENTS_ASKED = (
    PLAIN + " id type subject version at } }",
    PLAIN + " cursor node { id __typename } ... on EnterpriseFollowed { enterprise { name revenueWan } } } }",
    "subscription($after: String) { diagnosisEvents(after: $after) { diagnosis version type what at role } }",
    "subscription($after: String) { standardsEvents(after: $after) { subject id type } }",
)
EQUALS = PLAIN + " id type subject } }"
SHOWS_ROWS = PLAIN + " id node { id } } }"
REVENUE = PLAIN + " ... on EnterpriseFollowed { enterprise { id revenueWan } } } }"
KINDS = (None, ["enterprise"], ["diagnosis", "standard"], ["standard.edition-out.v1"])
DISTRICTS = (None, ["310117"], ["310115"])
PEOPLE = ("city", "district", "pudong", "bank", "provider", "rival", "enterprise", "stranger", "operator", "auditor")
FOLLOWERS = (*PEOPLE, "erp *", "crm *")
SUBSCRIPTION = frozenset({OperationType.SUBSCRIPTION})


@dataclass(frozen=True)
class Follower:
    """One who follows. pause: seconds that it takes over each event."""

    who: str
    query: str
    variables: dict[str, Any]
    pause: float = 0.0


def operations(city: LiveCity, notifications: type[ChangeNotifications] = UpToNow) -> Operations:
    services = city.installation.services
    return Operations(services, SCHEMA, RIGHTS, notifications(services.journal, services.models), documents=DOCUMENTS)


def with_keys(city: LiveCity, *partners: str) -> None:
    for partner in partners:
        city.tokens[f"{partner} *"] = city.installation.accounts.issue_partner_key(partner, "*", timedelta(days=1)).token


def at(city: LiveCity, position: int) -> str:
    return city.operations._cursors.seal(position)  # noqa: SLF001 - a cursor of any place


def admitted(own: Operations, city: LiveCity, one: Follower) -> PreparedOperation | GraphQLResponse:
    return own.admit(GraphQLRequest(one.query, one.variables), city.tokens[one.who], SUBSCRIPTION)


async def told(own: Operations, city: LiveCity, one: Follower) -> list[tuple[str, bytes]]:
    """Cursor and payload of each event up to now; of who may not follow, what they are told instead."""
    ready = await asyncio.to_thread(admitted, own, city, one)
    if isinstance(ready, GraphQLResponse):
        return [("", orjson.dumps(ready.payload))]
    found = []
    async with aclosing(own.stream(ready)) as answers:
        with suppress(Told):
            async for answer in answers:
                assert answer.body is None or orjson.loads(answer.body) == answer.payload
                found.append((answer.position, orjson.dumps(_without_ids(answer.payload))))
                await asyncio.sleep(one.pause)
    return found


def _without_ids(payload: dict[str, Any]) -> dict[str, Any]:
    """A payload without the id of its request, which an error bears."""
    for error in payload.get("errors", ()):
        error.get("extensions", {}).pop("requestId", None)
    return payload


def drawn(city: LiveCity, chance: random.Random, head: int) -> Follower:
    query = chance.choice(DOCUMENTS_ASKED)
    variables: dict[str, Any] = {"after": at(city, chance.choice((0, 0, head // 2, head - 1, chance.randrange(head))))}
    if query.startswith(PLAIN):
        variables |= {"kind": chance.choice(KINDS), "district": chance.choice(DISTRICTS)}
    return Follower(chance.choice(FOLLOWERS), query, variables, chance.choice((0.0, 0.0, 0.003)))


def test_each_of_many_drawn_followers_is_told_what_it_is_told_alone(city: LiveCity) -> None:
    city.issued()
    with_keys(city, "erp", "crm")
    chance = random.Random(118)  # noqa: S311 - which followers, repeatable
    head = city.installation.services.models.position()
    followers = [drawn(city, chance, head) for _ in range(60)]

    async def together() -> list[list[tuple[str, bytes]]]:
        own = operations(city)
        return await asyncio.gather(*(told(own, city, one) for one in followers))

    found = asyncio.run(together())
    alone = [asyncio.run(told(operations(city), city, one)) for one in followers]
    assert found == alone
    assert len({len(one) for one in found}) > 3  # they were drawn unlike one another


def test_those_who_follow_while_facts_come_are_told_each_once_and_in_order_however_slow(city: LiveCity) -> None:
    with_keys(city, "erp", "crm")
    services, chance = city.installation.services, random.Random(14)  # noqa: S311 - as above
    head = services.models.position()
    plain = DOCUMENTS_ASKED[0]
    followers = [
        Follower(chance.choice(("erp *", "crm *", "city")), plain, {"after": at(city, head - chance.randrange(2))}, pause)
        for pause in (0.0, 0.0, 0.0, 0.01, 0.05)
        for _ in range(4)
    ]

    async def live() -> list[list[tuple[str, bytes]]]:
        own = operations(city, ChangeNotifications)
        notifications = own.event_answers._notifications  # noqa: SLF001 - as the app starts and stops it
        assert notifications is not None
        await notifications.start()
        found: list[list[tuple[str, bytes]]] = [[] for _ in followers]

        async def one(follower: Follower, into: list[tuple[str, bytes]]) -> None:
            ready = await asyncio.to_thread(admitted, own, city, follower)
            assert isinstance(ready, PreparedOperation)
            async with aclosing(own.stream(ready)) as answers:
                async for answer in answers:
                    into.append((answer.position, orjson.dumps(answer.payload)))
                    await asyncio.sleep(follower.pause)

        tasks = [asyncio.create_task(one(follower, into)) for follower, into in zip(followers, found, strict=True)]
        await asyncio.to_thread(city.issued)
        for follower, into in zip(followers, found, strict=True):
            expected = len(await told(operations(city), city, follower))
            async with asyncio.timeout(60):
                while len(into) < expected:  # noqa: ASYNC110 - it is looked from outside
                    await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await notifications.stop()
        return found

    found = asyncio.run(live())
    assert found == [asyncio.run(told(operations(city), city, one)) for one in followers]
    assert all(len(one) > 1 for one in found)


@dataclass
class Counted:
    """How often was looked, executed and asked whose a token is."""

    looks: int = 0
    executions: int = 0
    identified: int = 0


def counted(city: LiveCity, own: Operations, monkeypatch: pytest.MonkeyPatch) -> Counted:
    found, models, answers = Counted(), city.installation.services.models, own.event_answers
    reading, completed, identify = models.reading, answers._completed, answers._identify  # noqa: SLF001 - counted below

    def looks(*arguments: Any, **named: Any) -> Any:
        found.looks += 1
        return reading(*arguments, **named)

    def executes(*arguments: Any) -> GraphQLResponse:
        found.executions += 1
        return completed(*arguments)

    def identifies(token: str | None) -> Identified | None:
        found.identified += 1
        return identify(token)

    monkeypatch.setattr(models, "reading", looks)
    monkeypatch.setattr(answers, "_completed", executes)
    monkeypatch.setattr(answers, "_identify", identifies)
    return found


def followed_by_all(own: Operations, city: LiveCity, followers: Sequence[Follower]) -> list[list[tuple[str, bytes]]]:
    async def together() -> list[list[tuple[str, bytes]]]:
        ready = [admitted(own, city, one) for one in followers]

        async def one(subscription: PreparedOperation) -> list[tuple[str, bytes]]:
            found = []
            async with aclosing(own.stream(subscription)) as answers:
                with suppress(Told):
                    async for answer in answers:
                        found.append((answer.position, orjson.dumps(answer.payload)))  # noqa: PERF401 - what came before the end counts
            return found

        return await asyncio.gather(*(one(each) for each in ready if isinstance(each, PreparedOperation)))

    return asyncio.run(together())


def test_many_equal_followers_take_one_look_and_one_execution_for_an_event_and_each_token_one_judgement(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_keys(city, "erp", "crm")
    own = operations(city)
    followers = [Follower(who, EQUALS, {"after": at(city, 0)}) for who in ("erp *", "crm *") for _ in range(10)]
    count = counted(city, own, monkeypatch)
    found = followed_by_all(own, city, followers)
    events = len(found[0])
    assert events
    assert found == [found[0]] * 20
    assert (count.looks, count.executions, count.identified) == (1, events, 2 * events)


def test_an_answer_that_shows_rows_is_shared_by_the_subscriptions_of_one_caller_alone(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_keys(city, "erp", "crm")
    own = operations(city)
    followers = [Follower(who, SHOWS_ROWS, {"after": at(city, 0)}) for who in ("erp *", "crm *") for _ in range(10)]
    count = counted(city, own, monkeypatch)
    events = len(followed_by_all(own, city, followers)[0])
    assert (count.executions, count.identified) == (2 * events, 2 * events)


def test_who_differs_in_what_is_asked_of_an_event_shares_no_answer_but_the_look(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_keys(city, "erp")
    own = operations(city)
    switch = "subscription($after: String, $more: Boolean!) { publicEvents(after: $after) { id type @include(if: $more) } }"
    followers = [Follower("erp *", switch, {"after": at(city, 0), "more": number % 2 == 0}) for number in range(10)]
    count = counted(city, own, monkeypatch)
    found = followed_by_all(own, city, followers)
    assert (count.looks, count.executions) == (1, 2 * len(found[0]))
    assert [b'"type"' in one[0][1] for one in found] == [True, False] * 5


def test_where_one_goes_on_from_decides_the_look_and_not_the_answer(city: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
    with_keys(city, "erp")
    own, head = operations(city), city.installation.services.models.position()
    count = counted(city, own, monkeypatch)
    behind, ahead = (Follower("erp *", EQUALS, {"after": at(city, position)}) for position in (0, head))
    found = followed_by_all(own, city, [behind, ahead, ahead])
    assert [len(one) for one in found[1:]] == [0, 0]
    assert (count.looks, count.executions) == (2, len(found[0]))


def test_a_reader_whose_key_was_revoked_is_told_nothing_more_while_its_equals_go_on(city: LiveCity) -> None:
    with_keys(city, "erp", "crm")
    own = operations(city)

    async def followed() -> tuple[list[object], list[object]]:
        found: dict[str, list[object]] = {"erp *": [], "crm *": []}
        first = asyncio.Barrier(2)

        async def one(who: str) -> None:
            ready = admitted(own, city, Follower(who, EQUALS, {"after": at(city, 0)}))
            assert isinstance(ready, PreparedOperation)
            async with aclosing(own.stream(ready)) as answers:
                try:
                    async for answer in answers:
                        found[who].append(answer.position)
                        if len(found[who]) == 1:
                            await first.wait()  # nobody goes on before both have one
                            if who == "crm *":
                                await asyncio.to_thread(_revoke, city, city.tokens[who])
                            await first.wait()
                except Told:
                    pass
                except CallerGone as gone:
                    found[who].append(gone.ended)

        await asyncio.gather(one("erp *"), one("crm *"))
        return found["erp *"], found["crm *"]

    goes_on, gone = asyncio.run(followed())
    assert len(goes_on) > 1
    assert gone == [goes_on[0], True]


def _revoke(city: LiveCity, token: str) -> None:
    accounts = city.installation.accounts
    accounts.revoke_partner_key(token.split("_")[1])


def test_what_is_protected_is_written_down_for_each_who_is_told(city: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
    own, written = operations(city), Counter[str]()
    disclosures = city.installation.services.disclosures
    write = disclosures.write

    def noted(disclosure: Disclosure, known: Held | None = None) -> None:
        written[disclosure.person] += 1
        write(disclosure, known)

    monkeypatch.setattr(disclosures, "write", noted)
    asked = {"after": at(city, 0), "kind": ["enterprise"], "district": None}
    followers = [Follower("district", REVENUE, asked)] * 3 + [Follower("city", REVENUE, asked)] * 2
    found = followed_by_all(own, city, followers)
    events = {who: len(one) for who, one in zip(["district"] * 3 + ["city"] * 2, found, strict=True)}
    assert events["district"]
    assert events["city"]
    assert written == {"district": 3 * events["district"], "city": 2 * events["city"]}


def test_streams_that_are_idle_together_are_judged_together(city: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
    own = operations(city)
    count = counted(city, own, monkeypatch)
    tokens = [city.tokens[who] for who in ("city", "district")]
    callers = [own.signed_in(token) for token in tokens]

    async def judged() -> list[BaseException | None]:
        pairs = [(tokens[0], callers[0])] * 5 + [(tokens[1], callers[1])] * 5 + [(tokens[1], callers[0]), ("nobody", callers[0])]
        return await asyncio.gather(*(own.event_answers.still(*pair) for pair in pairs), return_exceptions=True)

    *well, changed, gone = asyncio.run(judged())
    assert well == [None] * 10
    assert isinstance(changed, CallerGone)
    assert isinstance(gone, CallerGone)
    assert (changed.ended, gone.ended) == (False, True)
    assert count.identified == 3  # two tokens and that of nobody


def test_a_job_that_has_begun_is_joined_by_nobody_and_who_leaves_takes_nothing_from_the_others() -> None:
    async def asked() -> tuple[list[list[int]], list[object]]:
        begun, goes_on, jobs = asyncio.Event(), asyncio.Event(), list[list[int]]()

        async def in_thread(answer: Any, numbers: list[int]) -> Any:
            jobs.append(list(numbers))
            begun.set()
            await goes_on.wait()
            return answer(numbers)

        together = AskedTogether(in_thread)

        def answer(numbers: Sequence[int]) -> list[int | Exception]:
            return [one * 10 if one else ValueError("none") for one in numbers]

        first = [asyncio.create_task(together.ask("alike", answer, number)) for number in (1, 2, 0)]
        await begun.wait()
        later = asyncio.create_task(together.ask("alike", answer, 4))
        await asyncio.sleep(0)
        first[0].cancel()
        goes_on.set()
        found = await asyncio.gather(*first, later, return_exceptions=True)
        return jobs, [type(one).__name__ if isinstance(one, BaseException) else one for one in found]

    jobs, answers = asyncio.run(asked())
    assert jobs == [[1, 2, 0], [4]]
    assert answers == ["CancelledError", 20, "ValueError", 40]
