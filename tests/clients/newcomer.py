"""A small client as a newcomer writes it from the schema's page alone: the standard library, no generated code.

newcomer.py ADDRESS LOGIN PASSWORD: signs in, walks through the cases, finds each again, is refused, and prints what it saw.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

SIGN_IN = """mutation SignIn($login: String!, $password: String!) {
  signIn(input: { login: $login, password: $password }) { session { token } userErrors { code message messageInEnglish } } }"""
WHO = "query Who { viewer { role scopeInEnglish memberships { role organisation } } }"
CASES = """query Cases($after: String) {
  diagnoses(filter: { status: [ISSUED, CONFIRMED], overdue: false }, orderBy: [OPENED_AT_DESC], first: 1, after: $after) {
    totalCount nodes { ...Case } pageInfo { hasNextPage endCursor } } }
  fragment Case on Diagnosis { id caseNumber status statusName edition { key title } enterprise { name district { name } }
    provider { name } grade gradeName
    reports(last: 1) { totalCount nodes { version kind url } }
    objections(first: 5) { nodes { indicator status answer { upheld text } } }
    assignments(first: 5) { nodes { role expert { name } } } }"""
AGAIN = "query Again($id: ID!) { node(id: $id) { id ... on Diagnosis { statusName } } }"
WITHDRAW = """mutation Withdraw($input: WithdrawDiagnosisInput!) {
  withdrawDiagnosis(input: $input) { diagnosis { status } userErrors { field code clause messageInEnglish } } }"""
DOCUMENTS = (SIGN_IN, WHO, CASES, AGAIN, WITHDRAW)


class Client:
    """One address, one session."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._headers = {"content-type": "application/json", "accept": "application/graphql-response+json"}

    def ask(self, document: str, **variables: Any) -> Any:
        """The whole answer, errors of single fields included."""
        body = json.dumps({"query": document, "variables": variables}).encode()
        with urlopen(Request(self._address, body, self._headers)) as answer:  # noqa: S310 - the address that it was given
            return json.load(answer)

    def sign_in(self, login: str, password: str) -> None:
        """What is asked from here on is asked as that person."""
        done = self.ask(SIGN_IN, login=login, password=password)["data"]["signIn"]
        if done["userErrors"]:
            raise SystemExit(done["userErrors"][0]["messageInEnglish"])
        self._headers["authorization"] = f"Bearer {done['session']['token']}"

    def cases(self) -> Iterator[tuple[Any, set[str]]]:
        """Every case, the latest first, with the fields of it that this role may not read."""
        after = None
        while True:
            answer = self.ask(CASES, after=after)
            page = answer["data"]["diagnoses"]
            withheld = {str(error["path"][-1]) for error in answer.get("errors", ()) if error["extensions"]["code"] == "FORBIDDEN"}
            for case in page["nodes"]:
                yield case, withheld
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]


def main(address: str, login: str, password: str) -> None:
    """What a person with this login sees."""
    client = Client(address)
    client.sign_in(login, password)
    seen = {"who": client.ask(WHO)["data"]["viewer"]["role"], "cases": [], "withheld": []}
    for case, withheld in client.cases():
        again = client.ask(AGAIN, id=case["id"])["data"]["node"]
        reports = [] if case["reports"] is None else [report["kind"] for report in case["reports"]["nodes"]]
        told = {"status": case["status"], "edition": case["edition"]["key"], "firm": case["enterprise"]["name"], "reports": reports}
        seen["cases"].append(told | {"found again": again["statusName"] == case["statusName"]})
        seen["withheld"] = sorted(withheld)
    answer = client.ask(WITHDRAW, input={"diagnosis": "diagnosis/nobody", "reason": "-"})
    [refused] = answer["data"]["withdrawDiagnosis"]["userErrors"]
    print(json.dumps(seen | {"refused": refused["code"]}, ensure_ascii=False))  # noqa: T201 - for whoever started it


if __name__ == "__main__":
    main(*sys.argv[1:])
