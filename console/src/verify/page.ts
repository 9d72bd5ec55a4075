import "./page.css";

import { shanghai } from "../format";
import { graphql } from "../gql";
import { CertificateGradeNames, CertificateStatusNames, ReportStatusNames, type Names } from "../gql/enum-names";
import type { VerifyCertificateQuery, VerifyReportFileQuery } from "../gql/graphql";
import { contentsOf } from "./contents";
import { Fault, verified } from "./dossier";
import { contentRows, FAULTS, PAGE } from "./words";

/** A page for anyone, without signing in and small: a certificate by its number, a report by its file, a dossier by its proofs. */

const QUERY = graphql(`
  query VerifyCertificate($number: String!) {
    verifyCertificate(number: $number) { number grade editions since until status verifiedOn holderName synthetic }
  }
`);
const REPORT = graphql(`
  query VerifyReportFile($number: String!, $sha256: String!) {
    verifyReport(number: $number, sha256: $sha256) { number version status issuedOn agrees verifiedOn synthetic }
  }
`);
type Certificate = NonNullable<VerifyCertificateQuery["verifyCertificate"]>;

let english = localStorage.getItem("zhenduan.language") === "en";
const said = (names: Names, key: string) => names[key]?.[english ? 1 : 0] ?? key;
const w = (key: keyof typeof PAGE) => PAGE[key][english ? 1 : 0];

function made<K extends keyof HTMLElementTagNameMap>(name: K, given: Record<string, unknown> = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(name);
  Object.assign(node, given);
  node.append(...children);
  return node;
}

function rows(pairs: [string, string][]) {
  return made("dl", {}, ...pairs.flatMap(([name, value]) => [made("dt", { textContent: name }), made("dd", { textContent: value })]));
}

async function asked<Data>(query: object, variables: Record<string, string>): Promise<Data> {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ documentId: (query as { __meta__: { hash: string } }).__meta__.hash, variables }),
  });
  const answer = (await response.json()) as { data?: Data; errors?: { message: string }[] };
  if (!answer.data) throw new Error(answer.errors?.[0]?.message ?? String(response.status));
  return answer.data;
}

/** What went wrong on the way, as whoever checks is told it. */
const fallen = (fault: unknown) => made("p", { className: "bad", textContent: fault instanceof TypeError ? w("failed") : (fault as Error).message });

async function certificate(number: string): Promise<Certificate | null> {
  return (await asked<VerifyCertificateQuery>(QUERY, { number })).verifyCertificate;
}

function certificates() {
  const input = made("input", { id: "number", autocomplete: "off", required: true, value: new URLSearchParams(location.search).get("number") ?? "" });
  const out = made("div", { ariaLive: "polite" });
  const form = made("form", {}, made("label", { htmlFor: "number", textContent: w("number") }), input, made("button", { textContent: w("check") }));
  const check = async () => {
    // Reports, credentials of results, and whoever has no scripts, are answered by the server's own page.
    if (/^zd[dr]-/i.test(input.value.trim())) return location.assign(`/verify/${encodeURIComponent(input.value.trim())}`);
    try {
      const found = await certificate(input.value.trim());
      if (!found) return out.replaceChildren(made("p", { className: "bad", textContent: w("unknown") }));
      const valid = found.status === "VALID";
      const shown = [
        made("p", { className: valid ? "good" : "bad", textContent: valid ? w("valid") : `${w("notValid")}：${said(CertificateStatusNames, found.status)}` }),
        rows([
          [w("holder"), found.holderName ?? w("hidden")], [w("grade"), said(CertificateGradeNames, found.grade)], [w("number"), found.number],
          [w("period"), `${found.since} – ${found.until}`], [w("on"), found.verifiedOn],
        ]),
      ];
      if (found.synthetic) shown.push(made("p", { className: "note", textContent: w("synthetic") }));
      out.replaceChildren(...shown);
    } catch (fault) {
      out.replaceChildren(fallen(fault));
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void check();
  });
  if (input.value) void check();
  return made("section", {}, made("h2", { textContent: w("certificate") }), form, out);
}

/** A report that came as a file: its number is on its cover, and its hash is worked out here. */
function reports() {
  const number = made("input", { id: "report", autocomplete: "off", required: true });
  const file = made("input", { id: "pdf", type: "file", accept: ".pdf,application/pdf", required: true });
  const out = made("div", { ariaLive: "polite" });
  const form = made(
    "form", {},
    made("label", { htmlFor: "report", textContent: w("cover") }), number,
    made("label", { htmlFor: "pdf", textContent: w("pdf") }), file,
    made("button", { textContent: w("check") }),
    made("p", { className: "note", textContent: w("local") }),
  );
  const check = async (chosen: File) => {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await chosen.arrayBuffer()));
    const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const found = (await asked<VerifyReportFileQuery>(REPORT, { number: number.value.trim(), sha256 })).verifyReport;
    if (!found) return [made("p", { className: "bad", textContent: w("unknown") })];
    const status = said(ReportStatusNames, found.status);
    const verdict = { good: found.agrees === true && found.status !== "CONTESTED", text: found.agrees === false ? w("altered") : status };
    const shown: HTMLElement[] = [
      made("p", { className: verdict.good ? "good" : "bad", textContent: verdict.text }),
      rows([[w("number"), found.number], [w("version"), String(found.version)], [w("issued"), found.issuedOn], [w("status"), status], [w("on"), found.verifiedOn]]),
    ];
    if (found.synthetic) shown.push(made("p", { className: "note", textContent: w("synthetic") }));
    return shown;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = file.files?.[0];
    if (chosen) void check(chosen).then((shown) => out.replaceChildren(...shown), (fault: unknown) => out.replaceChildren(fallen(fault)));
  });
  return made("section", {}, made("h2", { textContent: w("report") }), form, out);
}

function dossiers() {
  const file = made("input", { id: "file", type: "file", accept: ".json,application/json", required: true });
  const key = made("textarea", { id: "key", rows: 2, required: true, spellcheck: false });
  const out = made("div", { ariaLive: "polite" });
  const form = made(
    "form", {},
    made("label", { htmlFor: "file", textContent: w("file") }), file,
    made("label", { htmlFor: "key", textContent: w("key") }), key,
    made("button", { textContent: w("check") }),
    made("p", { className: "note", textContent: w("local") }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = file.files?.[0];
    if (!chosen) return;
    void chosen.arrayBuffer().then((raw) => verified(new Uint8Array(raw), key.value)).then(async (proved) => ({ ...proved, contents: await contentsOf(proved.subject, proved.entries) })).then(
      (proved) => out.replaceChildren(
        made("p", { className: "good", textContent: w("holds") }),
        rows(contentRows(proved.contents, english, shanghai)),
        made("p", { className: "note", textContent: `${proved.entries.length} ${w("entries")} · ${proved.origin} · ${proved.subject}` }),
        made("p", { className: "note", textContent: w("limits") }),
      ),
      (fault: unknown) => out.replaceChildren(
        made("p", { className: "bad", textContent: fault instanceof Fault ? FAULTS[fault.code][english ? 1 : 0] : String(fault) }),
        made("p", { className: "note", textContent: fault instanceof Fault ? `${fault.code} · ${fault.where}` : "" }),
      ),
    );
  });
  return made("section", {}, made("h2", { textContent: w("dossier") }), form, out);
}

function show() {
  document.documentElement.lang = english ? "en" : "zh-CN";
  document.title = `${w("title")} · 诊断`;
  const other = made("button", { className: "plain", textContent: english ? "中文" : "English", type: "button" });
  other.addEventListener("click", () => {
    english = !english;
    localStorage.setItem("zhenduan.language", english ? "en" : "zh");
    show();
  });
  document.getElementById("root")?.replaceChildren(
    made("nav", {}, made("a", { href: "/", textContent: w("home") }), other),
    made("h1", { textContent: w("title") }),
    certificates(),
    reports(),
    dossiers(),
  );
}

show();
