import assert from "node:assert/strict";
import { test } from "node:test";

import { caseNumber, contentsOf } from "./contents.ts";

const entry = (position: number, stream: string, type: string, state: object) => ({ position, at: position * 1000, version: 1, stream, type, role: "city", organisation: "", reason: "", state: JSON.stringify(state) });

test("a case's number is the one that the server works out", async () => {
  assert.equal(await caseNumber("0b1c2d3e4f50"), "1335-4324-2141");
});

test("a dossier is about the last scoring, under the firm's last name, whatever the order of its entries", async () => {
  const scored = (grade: number, total: string) => ({ issued: { grade, grade_name: `${grade}档`, level_name: "场景级" }, verified: { total } });
  const found = await contentsOf("diagnosis/0b1c2d3e4f50", [
    entry(9, "diagnosis/0b1c2d3e4f50", "diagnosis.scored.v1", scored(4, "53.20")),
    entry(1, "enterprise/e1", "enterprise.registered.v3", { firm: { name: "旧名" } }),
    entry(3, "diagnosis/0b1c2d3e4f50", "diagnosis.opened.v2", { edition: "2023" }),
    entry(7, "enterprise/e1", "enterprise.revised.v3", { firm: { name: "新名" } }),
    entry(5, "diagnosis/0b1c2d3e4f50", "diagnosis.scored.v1", scored(3, "46.00")),
  ]);
  assert.deepEqual(found, { about: "diagnosis", asOf: 9000, last: "diagnosis.scored.v1", caseNumber: "1335-4324-2141", firm: "新名", edition: "2023", grade: 4, gradeName: "4档", levelName: "场景级", total: "53.20" });
});

test("of a decision about a provider only what it is about is said", async () => {
  assert.deepEqual(await contentsOf("organisation/p7", [entry(2, "organisation/p7", "listing.suspended.v1", {})]), { about: "organisation", asOf: 2000, last: "listing.suspended.v1" });
});
