/** What a person fills in for one indicator, and whether it may be sent. Pure, so that it is tested by itself. */

export interface Given {
  level?: string | null;
  numbers?: { name: string; value: string }[] | null;
  choices?: string[] | null;
  notApplicable?: boolean | null;
  reason?: string | null;
}

export interface Asked {
  id: string;
  kind: "CHOICE" | "RATIO" | "COUNT" | "MULTI" | "OUTCOME";
  numbers: { name: string; atMost?: number | null }[];
}

const filled = (text: string | null | undefined) => Boolean(text && text.trim());

/** Numbers as the server takes them: without separators, full-width digits as plain ones. */
export function plainNumber(text: string): string {
  return text.replace(/[０-９．－]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0)).replace(/[,，\s]/g, "");
}

/** Whether an answer says something whole; what is begun is kept in the browser and not sent yet. */
export function isWhole(asked: Asked, given: Given): boolean {
  if (given.notApplicable) return filled(given.reason);
  const numbers = asked.numbers.every((one) => filled(given.numbers?.find((said) => said.name === one.name)?.value));
  switch (asked.kind) {
    case "CHOICE":
      return filled(given.level);
    case "OUTCOME":
      return filled(given.level) && (numbers || Number(given.level) <= 1);
    case "MULTI":
      return given.choices !== null && given.choices !== undefined;
    default:
      return numbers;
  }
}

/** The answer as it is sent: only what its kind asks for. */
export function asSent(asked: Asked, given: Given): Given {
  if (given.notApplicable) return { notApplicable: true, reason: given.reason?.trim() };
  const numbers = (given.numbers ?? []).filter((one) => filled(one.value)).map((one) => ({ name: one.name, value: plainNumber(one.value) }));
  switch (asked.kind) {
    case "CHOICE":
      return { level: given.level };
    case "OUTCOME":
      return numbers.length ? { level: given.level, numbers } : { level: given.level };
    case "MULTI":
      return { choices: given.choices };
    default:
      return { numbers };
  }
}

/** The first number of the second, as a share; null where it cannot be told. */
export function ratioOf(given: Given, asked: Asked): string | null {
  const [part, whole] = asked.numbers.map((one) => Number(plainNumber(given.numbers?.find((said) => said.name === one.name)?.value ?? "")));
  if (asked.kind !== "RATIO" || part === undefined || whole === undefined || !Number.isFinite(part) || !Number.isFinite(whole) || whole <= 0) return null;
  return `${((100 * part) / whole).toFixed(1)} %`;
}

/** Whether two answers state the same; the wording of a reason and the order of choices aside. */
export function agree(one: Given, other: Given): boolean {
  const said = (given: Given) =>
    JSON.stringify([
      given.level ? Number(given.level) : null,
      [...(given.numbers ?? [])].map((number) => [number.name, Number(number.value)] as const).sort((a, b) => a[0].localeCompare(b[0])),
      [...(given.choices ?? [])].sort(),
      Boolean(given.notApplicable),
    ]);
  return said(one) === said(other);
}

/** The section that a questionnaire opens at: the first with something left to do, of the reader's own sections where there are such; else the first. */
export function sectionToOpen(sections: string[], own: string[], asked: { id: string; dimension: string }[], done: (id: string) => boolean): string {
  const mine = own.length ? sections.filter((one) => own.includes(one)) : sections;
  return mine.find((one) => asked.some((indicator) => indicator.dimension === one && !done(indicator.id))) ?? mine[0] ?? sections[0] ?? "";
}

/** What stood when an answer was begun: of the firm's answer its version, 0 for none; of a verification, which has none, what it says. */
export type Seen = number | string;

export interface Known {
  version: number;
  given: Given;
  verified: Given | null;
  difference: string | null;
}

/** What stands now, to be held against what stood when an answer was begun. */
export function standing(known: Known | undefined, verifies: boolean): Seen {
  if (!verifies) return known?.version ?? 0;
  return known?.verified ? JSON.stringify([known.verified, known.difference ?? ""]) : "";
}

/** What becomes of an answer that was typed before: it has arrived after all, somebody changed what it was written over, or it is gone on with. */
export function resumed(draft: { given: Given; reason: string; seen: Seen }, known: Known | undefined, verifies: boolean): "arrived" | "conflict" | "begun" {
  const stands = verifies ? known?.verified : known?.given;
  const same = verifies ? draft.reason.trim() === (known?.difference ?? "") : (draft.given.reason ?? "").trim() === (known?.given.reason ?? "");
  if (stands && agree(draft.given, stands) && same) return "arrived";
  return standing(known, verifies) === draft.seen ? "begun" : "conflict";
}
