import Dexie, { type EntityTable } from "dexie";

import type { Given } from "./answers";

/** An answer that has not reached the server yet, and the version of the answer that it was written over. */
export interface Draft {
  key: string;
  diagnosis: string;
  indicator: string;
  given: Given;
  reason?: string;
  seen: number | null;
  at: number;
}

class Drafts extends Dexie {
  drafts!: EntityTable<Draft, "key">;

  constructor() {
    super("zhenduan");
    this.version(1).stores({ drafts: "key, diagnosis" });
  }
}

const store = new Drafts();

export const keyOf = (diagnosis: string, indicator: string) => `${diagnosis} ${indicator}`;

export const keep = (draft: Omit<Draft, "key" | "at">) => store.drafts.put({ ...draft, key: keyOf(draft.diagnosis, draft.indicator), at: Date.now() });

export const drop = (diagnosis: string, indicators: string[]) => store.drafts.bulkDelete(indicators.map((one) => keyOf(diagnosis, one)));

export const kept = (diagnosis: string) => store.drafts.where({ diagnosis }).toArray();
