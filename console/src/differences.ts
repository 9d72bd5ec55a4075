/** Two states of one thing, told apart field by field. Pure, so that it is tested by itself. */

export interface Told {
  key: string;
  label: string;
  text: string;
}

export interface Difference {
  key: string;
  label: string;
  then: string | null;
  later: string | null;
}

/** What differs, in the order of the later state; what the later one no longer has comes last. */
export function differencesOf(then: readonly Told[], later: readonly Told[]): Difference[] {
  const before = new Map(then.map((one) => [one.key, one]));
  const after = new Set(later.map((one) => one.key));
  const changed = later
    .filter((one) => before.get(one.key)?.text !== one.text)
    .map((one) => ({ key: one.key, label: one.label, then: before.get(one.key)?.text ?? null, later: one.text }));
  const gone = then.filter((one) => !after.has(one.key)).map((one) => ({ key: one.key, label: one.label, then: one.text, later: null }));
  return [...changed, ...gone];
}
