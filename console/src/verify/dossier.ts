/**
 * The first three steps of the dossier's verifier, by WebCrypto, with nothing sent anywhere: the file's own digest, the signature of
 * its checkpoint, and that each entry is a leaf of that log. Working the grade out again is the verifier program's.
 */

export type FaultCode =
  | "NOT_JSON" | "FORMAT_UNKNOWN" | "DIGEST_DIFFERS" | "KEY_MALFORMED" | "CHECKPOINT_MALFORMED" | "OTHER_LOG" | "SIGNATURE_MISSING"
  | "SIGNATURE_INVALID" | "ALGORITHM_UNSUPPORTED" | "ENTRY_MALFORMED" | "PROOF_MALFORMED" | "PROOF_FOREIGN" | "PLACE_DIFFERS" | "NOT_IN_LOG";

export class Fault extends Error {
  readonly code: FaultCode;
  readonly where: string;

  constructor(code: FaultCode, where: string) {
    super(`${code} ${where}`);
    this.code = code;
    this.where = where;
  }
}

export interface ProvedEntry {
  position: number;
  /** Milliseconds since 1970. */
  at: number;
  version: number;
  stream: string;
  type: string;
  role: string;
  organisation: string;
  reason: string;
  /** The fact as it was stored: JSON. */
  state: string;
}

export interface Proved {
  subject: string;
  origin: string;
  size: number;
  entries: ProvedEntry[];
}

const FORMATS = ["zhenduan.dossier.v1", "zhenduan.dossier.v2"];
const MAGIC = "zhenduan.entry.v1";
const PROOF = "c2sp.org/tlog-proof@v1";
const utf8 = new TextEncoder();
const text = new TextDecoder("utf-8", { fatal: true });

export const bytes = (base64: string) => Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
const hex = (found: Uint8Array) => [...found].map((one) => one.toString(16).padStart(2, "0")).join("");
export const joined = (...parts: Uint8Array[]) => {
  const whole = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of parts) {
    whole.set(one, at);
    at += one.length;
  }
  return whole;
};
export const sha256 = async (data: Uint8Array) => new Uint8Array(await crypto.subtle.digest("SHA-256", data as BufferSource));
export const same = (one: Uint8Array, other: Uint8Array) => one.length === other.length && one.every((value, at) => value === other[at]);

/** A text as it was written: UTF-8, LF, one line end at the end, whatever mail or an editor did to it. */
export function carried(raw: Uint8Array): string {
  const encoding = raw[0] === 0xff && raw[1] === 0xfe ? "utf-16le" : raw[0] === 0xfe && raw[1] === 0xff ? "utf-16be" : "utf-8";
  return `${new TextDecoder(encoding).decode(raw).replace(/\r\n?/g, "\n").replace(/^[\n \ufeff\x1a]+|[\n \ufeff\x1a]+$/g, "")}\n`;
}

/** A verifier key "name+id+base64", whose id must be the one that the key gives. */
async function logKey(said: string): Promise<{ name: string; id: string; key: CryptoKey }> {
  const [name = "", id = "", ...rest] = said.trim().split("+");
  try {
    const raw = bytes(rest.join("+"));
    const found = hex((await sha256(joined(utf8.encode(`${name}\n`), raw))).slice(0, 4));
    if (!name || raw[0] !== 1 || raw.length !== 33 || found !== id) throw new Error("another key");
    return { name, id, key: await crypto.subtle.importKey("raw", raw.slice(1) as BufferSource, "Ed25519", false, ["verify"]) };
  } catch {
    throw new Fault("KEY_MALFORMED", said.slice(0, 60));
  }
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: Uint8Array;
}

/** Name, size and root of a checkpoint that the log's key signed. */
export async function opened(note: string, said: string): Promise<Checkpoint> {
  const key = await logKey(said);
  const cut = note.lastIndexOf("\n\n");
  const lines = note.slice(cut + 2).split("\n");
  if (cut < 0 || lines.pop() !== "" || !lines.length) throw new Fault("CHECKPOINT_MALFORMED", "checkpoint");
  const body = note.slice(0, cut + 1);
  const [origin = "", size = "", root = ""] = body.split("\n");
  if (!/^(0|[1-9][0-9]{0,15})$/.test(size)) throw new Fault("CHECKPOINT_MALFORMED", "checkpoint");
  if (origin.endsWith("/sm3")) throw new Fault("ALGORITHM_UNSUPPORTED", origin);
  if (origin !== key.name) throw new Fault("OTHER_LOG", origin);
  let signed = false;
  for (const line of lines) {
    const [dash, name, signature = ""] = line.split(" ");
    if (dash !== "—") throw new Fault("CHECKPOINT_MALFORMED", "checkpoint");
    const raw = bytes(signature);
    if (name !== key.name || hex(raw.slice(0, 4)) !== key.id) continue;
    if (!(await crypto.subtle.verify("Ed25519", key.key, raw.slice(4) as BufferSource, utf8.encode(body) as BufferSource))) throw new Fault("SIGNATURE_INVALID", name);
    signed = true;
  }
  if (!signed) throw new Fault("SIGNATURE_MISSING", "checkpoint");
  return { origin, size: Number(size), root: bytes(root) };
}

/** The root that a leaf and its audit path lead to (RFC 9162, 2.1.3.2); null when the path does not fit. */
export async function rootFrom(content: Uint8Array, index: number, size: number, path: Uint8Array[]): Promise<Uint8Array | null> {
  if (index < 0 || index >= size || path.some((one) => one.length !== 32)) return null;
  let node = index;
  let last = size - 1;
  let found = await sha256(joined(Uint8Array.of(0), content));
  for (const sibling of path) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      found = await sha256(joined(Uint8Array.of(1), sibling, found));
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else {
      found = await sha256(joined(Uint8Array.of(1), found, sibling));
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? found : null;
}

/** An entry from its canonical bytes: magic, position, time and version as signed 64 bit, then ten texts, each after its length. */
export function parsedEntry(content: Uint8Array, where: string): ProvedEntry {
  try {
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    if (text.decode(content.slice(0, MAGIC.length)) !== MAGIC) throw new Error("magic");
    let at = MAGIC.length;
    const numbers = [0, 1, 2].map(() => {
      const found = view.getBigInt64(at);
      at += 8;
      return found;
    });
    const texts: Uint8Array[] = [];
    for (let place = 0; place < 10; place++) {
      const length = view.getUint32(at);
      if (at + 4 + length > content.length) throw new Error("short");
      texts.push(content.slice(at + 4, at + 4 + length));
      at += 4 + length;
    }
    if (at !== content.length) throw new Error("long");
    const said = (place: number) => text.decode(texts[place]);
    return {
      position: Number(numbers[0]), at: Number((numbers[1] ?? 0n) / 1000n), version: Number(numbers[2]),
      stream: said(0), type: said(1), state: said(2), role: said(4), organisation: said(5), reason: said(6),
    };
  } catch {
    throw new Fault("ENTRY_MALFORMED", where);
  }
}

/**
 * A dossier's entries, once its digest, its checkpoint and every proof hold.
 *
 * @param raw the file as chosen.
 * @param key the log's verifier key as it was published; never taken from the dossier.
 */
export async function verified(raw: Uint8Array, key: string): Promise<Proved> {
  const content = carried(raw);
  let dossier: { format?: string; subject: string; checkpoint: string; algorithm?: string; digest: string; entries: { content: string; proof: string }[] };
  try {
    dossier = JSON.parse(content);
  } catch {
    throw new Fault("NOT_JSON", "dossier");
  }
  if (!FORMATS.includes(dossier?.format ?? "")) throw new Fault("FORMAT_UNKNOWN", "format");
  if ((dossier.algorithm ?? "sha256") !== "sha256") throw new Fault("ALGORITHM_UNSUPPORTED", "algorithm");
  const line = `  "digest": ${JSON.stringify(dossier.digest)},\n`;
  const parts = content.split(line);
  if (parts.length !== 2 || hex(await sha256(utf8.encode(parts.join("")))) !== dossier.digest) throw new Fault("DIGEST_DIFFERS", "digest");
  const checkpoint = await opened(dossier.checkpoint, key);
  const entries: ProvedEntry[] = [];
  for (const [number, item] of dossier.entries.entries()) {
    const leaf = bytes(item.content);
    const entry = parsedEntry(leaf, `entries[${number + 1}]`);
    const where = `${entry.stream}/${entry.version}`;
    const cut = item.proof.indexOf("\n\n");
    const [format, index, ...path] = item.proof.slice(0, cut).split("\n");
    if (cut < 0 || format !== PROOF) throw new Fault("PROOF_MALFORMED", where);
    if (item.proof.slice(cut + 2) !== dossier.checkpoint) throw new Fault("PROOF_FOREIGN", where);
    if (index !== `index ${entry.position - 1}`) throw new Fault("PLACE_DIFFERS", where);
    const root = await rootFrom(leaf, entry.position - 1, checkpoint.size, path.map(bytes));
    if (!root || !same(root, checkpoint.root)) throw new Fault("NOT_IN_LOG", where);
    entries.push(entry);
  }
  return { subject: dossier.subject, origin: checkpoint.origin, size: checkpoint.size, entries };
}
