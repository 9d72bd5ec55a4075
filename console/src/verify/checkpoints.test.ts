import assert from "node:assert/strict";
import { test } from "node:test";

import { continues, read } from "./checkpoints.ts";
import { joined, sha256 } from "./dossier.ts";

/** A tree of so many leaves as RFC 9162 makes it, by its own recursion. */
const leaves = async (count: number) => Promise.all(Array.from({ length: count }, (_, at) => sha256(Uint8Array.of(0, at))));
const split = (count: number) => 2 ** Math.floor(Math.log2(count - 1));
async function root(given: Uint8Array[]): Promise<Uint8Array> {
  if (given.length === 1) return given[0] as Uint8Array;
  const at = split(given.length);
  return sha256(joined(Uint8Array.of(1), await root(given.slice(0, at)), await root(given.slice(at))));
}
async function proof(older: number, given: Uint8Array[], whole = true): Promise<Uint8Array[]> {
  if (older === given.length) return whole ? [] : [await root(given)];
  const at = split(given.length);
  return older <= at
    ? [...(await proof(older, given.slice(0, at), whole)), await root(given.slice(at))]
    : [...(await proof(older - at, given.slice(at), false)), await root(given.slice(0, at))];
}
const checkpoint = async (count: number) => ({ origin: "log", size: count, root: await root(await leaves(count)) });

test("a log that was only added to continues each of its checkpoints", async () => {
  for (let newer = 1; newer <= 17; newer += 1) {
    for (let older = 1; older <= newer; older += 1) {
      const found = await continues(await checkpoint(older), await checkpoint(newer), await proof(older, await leaves(newer)));
      assert.equal(found, true, `${older} of ${newer}`);
    }
  }
});

test("a log that was written anew or set back continues none", async () => {
  const [older, newer, other] = [await checkpoint(6), await checkpoint(11), await checkpoint(9)];
  const path = await proof(6, await leaves(11));
  assert.equal(await continues({ ...older, root: other.root }, newer, path), false);
  assert.equal(await continues(older, { ...newer, root: other.root }, path), false);
  assert.equal(await continues(newer, older, path), false);
  assert.equal(await continues(older, newer, path.slice(1)), false);
  assert.equal(await continues(older, newer, []), false);
});

test("a note says its log, its size and when each witness cosigned it", () => {
  const own = Buffer.alloc(68).toString("base64");
  const cosigned = Buffer.alloc(76);
  cosigned.writeBigUInt64BE(1_796_000_000n, 4);
  const found = read(`example/log\n42\nAAAA\n\n— example/log ${own}\n— witness/one ${cosigned.toString("base64")}\n`);
  assert.deepEqual([found.origin, found.size], ["example/log", "42"]);
  assert.deepEqual(found.signatures, [{ name: "example/log", at: null }, { name: "witness/one", at: 1_796_000_000_000 }]);
});
