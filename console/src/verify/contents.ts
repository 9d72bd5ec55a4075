/** What a dossier is about, out of its proven entries alone: nothing of it is taken from what the file states beside them. */

import type { ProvedEntry } from "./dossier";

const utf8 = new TextEncoder();

/** What is shown of a dossier once it holds; of decisions about providers only what it is about and how far it goes. */
export interface Contents {
  /** Kind of the thing that was decided about, such as "diagnosis". */
  about: string;
  /** Milliseconds since 1970: when the last entry was written. */
  asOf: number;
  /** Type of the subject's last entry. */
  last: string;
  caseNumber?: string;
  /** The firm, as its last statement up to then names it. */
  firm?: string;
  edition?: string;
  /** Of the last scoring: 0 = below the first grade. */
  grade?: number;
  gradeName?: string;
  levelName?: string;
  total?: string;
}

/** The last entry whose type begins so, as data. */
function lastOf(entries: ProvedEntry[], stream: (name: string) => boolean, ...types: string[]): Record<string, unknown> | undefined {
  const found = entries.filter((one) => stream(one.stream) && types.some((type) => one.type.startsWith(type))).at(-1);
  try {
    return found && (JSON.parse(found.state) as Record<string, unknown>);
  } catch {
    return undefined;
  }
}

/** The number of a case that is said on the telephone, worked out from the diagnosis' id as the server does: eleven digits and a check digit (ISO/IEC 7064, MOD 11,10). */
export async function caseNumber(diagnosis: string): Promise<string> {
  const hashed = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8.encode(`case number of diagnosis ${diagnosis}`)));
  const digits = (hashed.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) % 10n ** 11n).toString().padStart(11, "0");
  let product = 10;
  for (const digit of digits) product = (((product + Number(digit)) % 10 || 10) * 2) % 11;
  return `${digits}${(11 - product) % 10}`.replace(/(\d{4})(?=\d)/g, "$1-");
}

/** What the entries say that a dossier is about. */
export async function contentsOf(subject: string, entries: ProvedEntry[]): Promise<Contents> {
  const ordered = [...entries].sort((one, other) => one.position - other.position);
  const own = (name: string) => name === subject;
  const [about = "", ...rest] = subject.split("/");
  const last = ordered.filter((one) => own(one.stream)).at(-1) ?? ordered.at(-1);
  const found: Contents = { about, asOf: ordered.at(-1)?.at ?? 0, last: last?.type ?? "" };
  if (about !== "diagnosis") return found;
  const opened = lastOf(ordered, own, "diagnosis.opened.");
  const scored = lastOf(ordered, own, "diagnosis.scored.") as { issued?: { grade: number; grade_name: string; level_name: string }; verified?: { total: string } } | undefined;
  const stated = lastOf(ordered, (name) => name.startsWith("enterprise/"), "enterprise.registered.", "enterprise.revised.") as { firm?: { name?: string } } | undefined;
  return {
    ...found,
    caseNumber: await caseNumber(rest.join("/")),
    firm: stated?.firm?.name,
    edition: opened?.edition as string | undefined,
    grade: scored?.issued?.grade,
    gradeName: scored?.issued?.grade_name,
    levelName: scored?.issued?.level_name,
    total: scored?.verified?.total,
  };
}
