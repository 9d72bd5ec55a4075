"""Cities 测量用城市 that servers are asked about: the demo's, with a diagnosis for every firm of a district, or a small one."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from benchmarks.measuring import Bench
from domain.access import Role, scope_of
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.state import Purpose
from domain.kernel import Refused
from journal import Caller
from projections.engine.places import ENTERPRISES
from projections.participants.organisations import ids_by_name
from standards import Form
from tests import live_city
from zhenduan.demo.city import open_demo
from zhenduan.demo.people import SHOWN_DISTRICT, DemoLogin
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened

PROVIDER = "provider-equipment"


@dataclass(frozen=True)
class BuiltCity:
    """A city that is there, and who may ask. rows: firms of a page of the district's. districts: tokens, one a session."""

    settings: Settings
    city: str
    districts: tuple[str, ...]
    rows: int


@contextmanager
def built(bench: Bench, engine: str, sessions: int = 1) -> Iterator[BuiltCity]:
    """A city on an engine, nobody at work in it; `sessions` of its district are signed in."""
    with tempfile.TemporaryDirectory() as place, bench.postgres() if engine == "postgres" else nullcontext() as address:
        settings = Settings(Path(place) / "city", database=address)
        if bench.small:
            yield _small(settings, sessions)
        else:
            with opened(settings, demo=True) as installation:
                logins = {login.role: login for login in open_demo(installation.services, installation.accounts)}
                _more_diagnoses(installation)
                city = _signed_in(installation, logins[Role.CITY])
                districts = tuple(_signed_in(installation, logins[Role.DISTRICT]) for _ in range(sessions))
            yield BuiltCity(settings, city, districts, rows=50)


def _small(settings: Settings, sessions: int) -> BuiltCity:
    tokens = live_city.build_city(settings.data, settings.journal_url)
    with live_city.open_city(settings.data, settings.journal_url, tokens) as city:
        with live_city.followed(city):
            city.scored()
        city.installation.services.models.catch_up()
        more = [city.installation.accounts.sign_in("district", live_city.PASSWORD) for _ in range(sessions - 1)]
    districts = (tokens["district"], *(session.token for session in more if session is not None))
    return BuiltCity(settings, tokens["city"], districts, rows=1)


def _signed_in(installation: Installation, login: DemoLogin) -> str:
    session = installation.accounts.sign_in(login.login, login.password)
    assert session is not None, "the demo's own login"  # noqa: S101
    return session.token


def _more_diagnoses(installation: Installation) -> None:
    """A diagnosis for every firm of the district that has none, with the first provider that serves its industry."""
    services = installation.services
    city = Caller("benchmark", Role.CITY, "city", scope_of(Role.CITY, ""))
    with services.models.reading() as snapshot:
        firms = snapshot[ENTERPRISES]
        waiting = snapshot.rows(
            select(firms.c.id).where(firms.c.district == SHOWN_DISTRICT, firms.c.latest_diagnosis.is_(None))
        )
        others = dict.fromkeys((PROVIDER, *ids_by_name(snapshot, ["provider"])["provider"].values()))
    for number, (firm,) in enumerate(waiting):
        opening = OpenDiagnosis(
            diagnosis=f"benchmark-{number}",
            enterprise=firm,
            campaign="2026",
            purpose=Purpose.INITIAL,
            form=Form.BRIEF,
            edition="2023",
            provider=None,
            reason="基准测试统一使用通用版 the plain edition for every firm of the benchmark",
        )
        for provider in (*others, None):  # None: nobody serves its industry
            try:
                services.send(city, opening.model_copy(update={"provider": provider}))
            except Refused:
                continue
            break
    services.models.catch_up()
