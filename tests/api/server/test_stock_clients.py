"""Stock clients work as they come, and the contract's tools agree with the schema: each by its script of tests/clients."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.requests import RequestsHTTPTransport
from gql.transport.websockets import WebsocketsTransport
from graphql import FieldNode, GraphQLSchema, TypeInfo, TypeInfoVisitor, Visitor, build_schema, parse, validate, visit

from api.app import create_app
from api.server.persisted_documents import document_id
from domain.public_events import PUBLIC_EVENTS
from tests.api.conftest import Built, lived_in
from tests.api.small_api import serving
from tests.clients import newcomer
from tests.live_city import FIRM, PASSWORD, LiveCity
from zhenduan.pages.schema_page import page as reference

ROOT = Path(__file__).parents[3]
SCRIPTS = ROOT / "tests" / "clients"
BIN = Path(sys.executable).parent
SCHEMA = ROOT / "graphql" / "schema.graphql"
FIRST_EVENTS = ["diagnosis.opened.v2", "diagnosis.answers_saved.v1"]


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts beside what they need, as `scripts/clients` made it."""
    made = Path(os.environ.get("VENV", ROOT / ".venv")) / "clients" / "node_modules"
    assert made.exists(), "run scripts/clients first; make test does"
    folder = tmp_path_factory.mktemp("clients")
    for path in (*SCRIPTS.glob("*.mjs"), SCRIPTS / "package.json"):
        shutil.copy(path, folder)
    shutil.copytree(SCRIPTS / "queries", folder / "queries")
    shutil.copy(SCHEMA, folder)
    (folder / "node_modules").symlink_to(made.resolve())
    return folder


@pytest.fixture(scope="module")
def run(clients: Path) -> Callable[..., Any]:
    """Runs a script with what it is told, and reads what it found."""

    def told(script: str, *arguments: str, **environment: str) -> Any:
        given = {**os.environ, "NO_COLOR": "1", **environment}
        command = [str(BIN / "node"), script, *arguments]
        done = subprocess.run(command, cwd=clients, env=given, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - ours
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout.splitlines()[-1])

    return told


@dataclass(frozen=True)
class Served:
    """A real server over the small city with one issued report."""

    url: str
    token: str
    start: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "ZHENDUAN_URL": self.url,
            "TOKEN": self.token,
            "AFTER": self.start,
            "LOGIN": "district",
            "PASSWORD": PASSWORD,
        }


@pytest.fixture(scope="module")
def served(
    built: Callable[..., Built], copied: Callable[[Built, Path], Built], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    copy = copied(built("sqlite", LiveCity.issued), tmp_path_factory.mktemp("served") / "data")
    with lived_in(copy) as city, serving(create_app(city.installation.services)) as address:
        start = city.operations._cursors.seal(0)  # noqa: SLF001 - a cursor of the very beginning
        yield Served(f"http://{address}/graphql", city.tokens["district"], start)


# The specification


def test_every_audit_of_graphql_over_http_passes(run: Callable[..., Any], served: Served) -> None:
    results = run("audits.mjs", **served.environment)
    assert len(results) >= 61
    assert [one for one in results if one["status"] != "ok"] == []


# Clients


def test_urql_works_as_it_comes(run: Callable[..., Any], served: Served) -> None:
    found = run("urql.mjs", **served.environment)
    assert found["post"] == found["get"]
    assert (found["post"]["role"], found["post"]["firms"]) == ("DISTRICT", 1)
    assert found["post"]["cost"] > 1
    assert found["refused"] == "GRAPHQL_VALIDATION_FAILED"


def test_apollo_works_as_it_comes(run: Callable[..., Any], served: Served) -> None:
    found = run("apollo.mjs", **served.environment)
    assert found["post"] == found["get"] == {"role": "DISTRICT", "firms": 1}
    assert found["event"] == FIRST_EVENTS[0]


def test_graphql_ws_follows_and_goes_on_where_it_left(run: Callable[..., Any], served: Served) -> None:
    found = run("graphql-ws.mjs", **served.environment)
    assert found["every"] == found["resumed"]
    assert (found["every"][:2], len(found["every"]), found["role"]) == (FIRST_EVENTS, 4, "DISTRICT")


def test_graphql_sse_works_in_both_modes(run: Callable[..., Any], served: Served) -> None:
    found = run("graphql-sse.mjs", **served.environment)
    assert found["single"] == found["distinct"]
    assert (found["single"]["role"], found["single"]["fault"]) == ("DISTRICT", "GRAPHQL_VALIDATION_FAILED")
    assert found["single"]["events"][:2] == FIRST_EVENTS


def test_gql_of_python_works_as_it_comes(served: Served) -> None:
    headers = {"Authorization": f"Bearer {served.token}"}
    asking = Client(transport=RequestsHTTPTransport(served.url, headers=headers), fetch_schema_from_transport=True)
    with asking as session:
        assert isinstance(asking.schema, GraphQLSchema)
        assert session.execute(gql("{ viewer { role } }")) == {"viewer": {"role": "DISTRICT"}}
        with pytest.raises(TransportQueryError) as refused:
            session.execute(gql('{ diagnosis(id: "x", asOf: "never") { id } }'))
        assert refused.value.errors
    assert asyncio.run(first_event(served, headers)) == FIRST_EVENTS[0]


async def first_event(served: Served, headers: dict[str, str]) -> str:
    events = gql("subscription ($after: String) { diagnosisEvents(after: $after) { type } }")
    events.variable_values = {"after": served.start}
    socket = WebsocketsTransport(served.url.replace("http", "ws"), headers=headers)
    async with Client(transport=socket) as session, aclosing(session.subscribe(events)) as found:
        return str((await anext(found))["diagnosisEvents"]["type"])


def test_a_client_written_from_the_schemas_page_alone_works(served: Served) -> None:
    command = [sys.executable, str(SCRIPTS / "newcomer.py"), served.url, "district", PASSWORD]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    case = {"status": "ISSUED", "edition": "2023", "firm": FIRM.name, "reports": ["ISSUED"], "found again": True}
    assert seen == {"who": "DISTRICT", "cases": [case], "withheld": ["assignments"], "refused": "NOT_FOUND"}


def test_every_name_that_it_uses_is_on_the_page() -> None:
    schema = build_schema(SCHEMA.read_text("utf-8"))
    page, types, used = reference(SCHEMA.read_text("utf-8")), TypeInfo(schema), set()

    class Names(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            parent = types.get_parent_type()
            used.add(f"{parent.name if parent else ''}.{node.name.value}")

    for document in newcomer.DOCUMENTS:
        assert validate(schema, parse(document)) == []
        visit(parse(document), TypeInfoVisitor(types, Names()))
    assert len(used) > 30
    assert [name for name in sorted(used) if f'id="{name}"' not in page] == []


# The contract's tools


@pytest.fixture(scope="module")
def files(clients: Path) -> dict[str, str]:
    return {"SCHEMA": str(clients / "schema.graphql"), "QUERIES": str(clients / "queries"), "OUT": str(clients / "generated")}


def test_codegen_makes_types_and_documents_of_the_real_queries(
    run: Callable[..., Any], files: dict[str, str]
) -> None:
    assert {"graphql.ts", "gql.ts", "persisted-documents.json"} <= set(run("codegen.mjs", **files))
    types = (Path(files["OUT"]) / "graphql.ts").read_text("utf-8")
    assert "export type FirmsQuery = " in types
    documents = json.loads((Path(files["OUT"]) / "persisted-documents.json").read_text("utf-8"))
    assert len(documents) == len(list(Path(files["QUERIES"]).glob("*.graphql")))
    for identity, text in documents.items():  # by SHA-1, as its tool usually does; ours are worked out from the text
        assert document_id(text).removeprefix("sha256:") != identity


def test_the_chosen_rules_of_eslint_hold(run: Callable[..., Any], files: dict[str, str]) -> None:
    assert run("eslint.mjs", **files) == []


def test_eslint_would_see_a_fault(run: Callable[..., Any], files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "bad.graphql").write_text("query Bad($x: Int) { viewer { role role } }\n")
    found = {one["rule"] for one in run("eslint.mjs", **{**files, "QUERIES": str(tmp_path / "queries")})}
    assert found == {"@graphql-eslint/no-unused-variables", "@graphql-eslint/no-duplicate-fields"}


def test_relay_compiles_the_real_queries(clients: Path, tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    for number, path in enumerate(sorted((SCRIPTS / "relay").glob("*.graphql"))):
        module = "".join(part.title() for part in path.stem.split("-"))
        code = f"import {{ graphql }} from 'relay-runtime';\nconst query{number} = graphql`\n{path.read_text('utf-8')}`;\n"
        (source / f"{module}.js").write_text(code)
    shutil.copy(SCHEMA, tmp_path / "schema.graphql")
    (tmp_path / "relay.config.json").write_text(
        json.dumps({"src": "./src", "schema": "./schema.graphql", "language": "javascript", "eagerEsModules": True})
    )
    (tmp_path / "package.json").write_text("{}")
    command = [str(BIN / "node"), str(clients / "node_modules" / "relay-compiler" / "cli.js"), "relay.config.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr + done.stdout
    assert list((source / "__generated__").glob("*.graphql.js"))


# The last release


RELEASES = ROOT / "docs" / "releases"


def test_the_makers_parser_reads_the_catalogue_of_events_without_a_word(run: Callable[..., Any], tmp_path: Path) -> None:
    found = run("asyncapi.mjs", str(ROOT / "docs" / "asyncapi.yaml"))
    assert found["said"] == []
    assert set(found["messages"]) == {one.name for one in PUBLIC_EVENTS.values()}
    wrong = tmp_path / "asyncapi.yaml"
    wrong.write_text((ROOT / "docs" / "asyncapi.yaml").read_text("utf-8").replace("action: send", "action: shout"), "utf-8")
    assert run("asyncapi.mjs", str(wrong))["said"] != []


def breaking(run: Callable[..., Any], before: Path, after: Path) -> set[str]:
    """Coordinates that a client of the older schema may miss."""
    return {str(change["path"]) for change in run("inspector.mjs", str(before), str(after))}


def named(changelog: str) -> set[str]:
    """Coordinates that the changelog names as breaking since the last release."""
    unreleased = changelog.split("\n## ")[1]
    listed = unreleased.split("### Breaking\n", 1)[1].split("\n### ")[0] if "### Breaking\n" in unreleased else ""
    return set(listed.split("`")[1::2])


def test_what_breaks_clients_of_the_last_release_is_named_in_the_changelog(run: Callable[..., Any]) -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = [line[4:].split("]")[0] for line in text.splitlines() if line.startswith("## [") and "Unreleased" not in line]
    for version in versions:
        assert (RELEASES / f"schema-{version}.graphql").exists(), f"zhenduan schema > docs/releases/schema-{version}.graphql"
    for version in versions[:1]:
        assert breaking(run, RELEASES / f"schema-{version}.graphql", SCHEMA) - named(text) == set()


def test_a_field_that_goes_is_seen_unless_it_is_named(run: Callable[..., Any], tmp_path: Path) -> None:
    after = tmp_path / "after.graphql"
    after.write_text(SCHEMA.read_text("utf-8").replace("  queryCost: QueryCost!", "  queryCosts: QueryCost!"))
    build_schema(after.read_text("utf-8"))
    found = breaking(run, SCHEMA, after)
    assert found == {"Query.queryCost"}
    said = "# Changelog\n\n## [Unreleased]\n\n### Breaking\n- `Query.queryCost` is gone.\n\n### Added\n- `x`\n\n## [0.1.0]\n"
    assert found - named(said) == set()
    assert breaking(run, SCHEMA, SCHEMA) == set()
