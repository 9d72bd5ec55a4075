import Dexie, { type EntityTable } from "dexie";

import type { Given, Seen } from "./answers";

/** What a person typed and the server has not taken yet, and what stood when it was begun. It is that person's: whoever else signs in on the device is shown nothing of it. */
export interface Draft {
  key: string;
  person: string;
  diagnosis: string;
  indicator: string;
  given: Given;
  reason: string;
  seen: Seen;
  at: number;
}

class Drafts extends Dexie {
  drafts!: EntityTable<Draft, "key">;

  constructor() {
    super("zhenduan");
    this.version(1).stores({ drafts: "key, diagnosis" });
    // the drafts of before name nobody: whose they are cannot be told
    this.version(2).stores({ drafts: "key, [person+diagnosis]" }).upgrade((all) => all.table("drafts").clear());
  }
}

const store = new Drafts();
const keyOf = (person: string, diagnosis: string, indicator: string) => `${person} ${diagnosis} ${indicator}`;

export const keep = (draft: Omit<Draft, "key" | "at">) => store.drafts.put({ ...draft, key: keyOf(draft.person, draft.diagnosis, draft.indicator), at: Date.now() });

export const drop = (person: string, diagnosis: string, indicators: string[]) => store.drafts.bulkDelete(indicators.map((one) => keyOf(person, diagnosis, one)));

export const kept = (person: string, diagnosis: string) => store.drafts.where({ person, diagnosis }).toArray();
