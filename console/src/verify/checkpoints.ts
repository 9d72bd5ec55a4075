/** Checkpoints of the log, read and held against one another: RFC 9162 by WebCrypto, with no server to be believed. */

import { bytes, type Checkpoint, joined, same, sha256 } from "./dossier.ts";

export interface Signature {
  name: string;
  /** When a witness cosigned, milliseconds UTC; null of the log's own signature, which says no time. */
  at: number | null;
}

const COSIGNATURE = 4 + 8 + 64;

/** What a signed note says of the log, and who signed it. Nothing of it is verified. */
export function read(note: string): { origin: string; size: string; root: string; signatures: Signature[] } {
  const cut = note.lastIndexOf("\n\n");
  const [origin = "", size = "", root = ""] = note.slice(0, cut).split("\n");
  const signatures = note.slice(cut + 2).split("\n").filter(Boolean).map((line) => {
    const [, name = "", signature = ""] = line.split(" ");
    const raw = bytes(signature);
    const seconds = raw.length === COSIGNATURE ? new DataView(raw.buffer).getBigUint64(4) : null;
    return { name, at: seconds === null ? null : Number(seconds) * 1000 };
  });
  return { origin, size, root, signatures };
}

/** Whether the newer checkpoint holds all that the older one held, in its order: the log was only added to (RFC 9162, 2.1.4.2). */
export async function continues(older: Checkpoint, newer: Checkpoint, proof: Uint8Array[]): Promise<boolean> {
  if (older.size === 0) return proof.length === 0;
  if (older.size >= newer.size) return older.size === newer.size && proof.length === 0 && same(older.root, newer.root);
  const whole = Number.isInteger(Math.log2(older.size));
  const [first, ...rest] = whole ? [older.root, ...proof] : proof;
  if (!first || proof.some((one) => one.length !== 32)) return false;
  let [node, last] = [older.size - 1, newer.size - 1];
  const up = () => { [node, last] = [Math.floor(node / 2), Math.floor(last / 2)]; };
  while (node % 2 === 1) up();
  let [was, is] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      was = await sha256(joined(Uint8Array.of(1), sibling, was));
      is = await sha256(joined(Uint8Array.of(1), sibling, is));
      while (node % 2 === 0 && node !== 0) up();
    } else {
      is = await sha256(joined(Uint8Array.of(1), is, sibling));
    }
    up();
  }
  return last === 0 && same(was, older.root) && same(is, newer.root);
}
