import { useCallback, useEffect, useRef, useState } from "react";

import type { Indicator } from "../answer-fields";
import { agree, type Asked, asSent, type Given, isWhole, resumed, standing } from "../answers";
import { useSend, type UserError } from "../ask";
import { type Draft, drop, keep, kept } from "../drafts";
import { graphql } from "../gql";
import type { SectionAnswersQuery } from "../gql/graphql";
import type { Mine } from "./question";

export type Answers = Map<string, NonNullable<NonNullable<SectionAnswersQuery["diagnosis"]>["answers"]>[number]>;

const SAVE = graphql(`
  mutation Save($id: ID!, $section: String!, $answers: [AnswerGivenEntryInput!]!) {
    saveAnswers(input: { diagnosis: $id, section: $section, answers: $answers }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const VERIFY = graphql(`
  mutation Verify($id: ID!, $section: String!, $answers: [VerifiedAnswerEntryInput!]!, $version: Int) {
    verifyAnswers(input: { diagnosis: $id, section: $section, answers: $answers, expectedVersion: $version }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const SAVE_AFTER = 1200;
const TRY_AGAIN_AFTER = 10_000;
const CHANGED = ["ANSWER_CHANGED_MEANWHILE", "VERSION_CONFLICT"];

/** Place of the answer that a refusal is about, as in "answers.2.level"; null of one that is about none. */
function placeOf(field: string | null | undefined): number | null {
  const place = /\banswers\.(\d+)/.exec(field ?? "")?.[1];
  return place === undefined ? null : Number(place);
}

/**
 * What a person writes over the answers of a case. It is kept on the device from its first letter until the server has taken it, and
 * sent as soon as it says something whole; what somebody else changed meanwhile is a conflict of that answer alone. `left` is what
 * was kept and can be sent no more.
 */
export function useUnsaved(given: { diagnosis: string; person: string; mode: "fill" | "verify" | "read"; indicators: Map<string, Indicator>; answers: Answers; version: number | undefined; read: () => Promise<Answers> }) {
  const { diagnosis, person, mode, indicators, answers, version, read } = given;
  const verifies = mode === "verify";
  const send = useSend();
  const [mine, setMine] = useState<Record<string, Mine>>({});
  const [left, setLeft] = useState<Draft[]>([]);
  const begins = useRef(answers);
  const stored = useRef(mine);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    void kept(person, diagnosis).then((drafts) => {
      if (mode === "read") return setLeft(drafts);
      const states = drafts.map((one) => [one, resumed(one, begins.current.get(one.indicator), verifies)] as const);
      void drop(person, diagnosis, states.flatMap(([one, state]) => (state === "arrived" ? [one.indicator] : [])));
      setMine((now) => ({ ...Object.fromEntries(states.flatMap(([{ indicator, given, reason, seen }, state]) => (state === "arrived" ? [] : [[indicator, { given, reason, seen, state }]]))), ...now }));
    });
  }, [person, diagnosis, mode, verifies]);

  useEffect(() => {
    for (const [indicator, one] of Object.entries(mine)) {
      if (stored.current[indicator] !== one && one.state !== "saving") void keep({ person, diagnosis, indicator, given: one.given, reason: one.reason, seen: one.seen });
    }
    stored.current = mine;
  }, [mine, person, diagnosis]);

  /** What the answers of a section became of being refused: each its own refusal, or a conflict where it was written over something else than stands now. */
  const refused = useCallback((ids: string[], errors: UserError[], stands: Answers) =>
    setMine((now) => {
      const next = { ...now };
      const changed = errors.some((one) => CHANGED.includes(one.code));
      for (const id of ids) {
        const before = next[id];
        if (!before) continue;
        // a refusal names the answer by its place; one that names none is of the whole section
        const own = errors.find((one) => !CHANGED.includes(one.code) && placeOf(one.field) === ids.indexOf(id)) ?? errors.find((one) => !CHANGED.includes(one.code) && placeOf(one.field) === null);
        if (changed && standing(stands.get(id), verifies) !== before.seen) next[id] = { ...before, state: "conflict" };
        else next[id] = own ? { ...before, state: "refused", says: own } : { ...before, state: "begun" };
      }
      return next;
    }), [verifies]);

  const save = useCallback(async () => {
    const ready = Object.entries(mine).filter(([id, one]) => {
      const asked = indicators.get(id);
      const differs = verifies && !agree(one.given, answers.get(id)?.given ?? {});
      return asked && ["begun", "kept"].includes(one.state) && isWhole(asked as Asked, one.given) && (!differs || one.reason.trim());
    });
    for (const section of new Set(ready.map(([id]) => indicators.get(id)?.dimension ?? ""))) {
      const part = ready.filter(([id]) => indicators.get(id)?.dimension === section);
      const ids = part.map(([id]) => id);
      if (part.some(([id, one]) => standing(answers.get(id), verifies) !== one.seen)) {
        refused(ids, [{ code: "VERSION_CONFLICT", clause: null, message: "", messageInEnglish: "" }], answers);
        continue;
      }
      setMine((now) => ({ ...now, ...Object.fromEntries(part.map(([id, one]) => [id, { ...one, state: "saving" as const }])) }));
      const sent = verifies
        ? await send(VERIFY, { id: diagnosis, section, version: version ?? null, answers: part.map(([id, one]) => ({ indicator: id, answer: asSent(indicators.get(id) as Asked, one.given), reason: one.reason.trim() || null })) }, true)
        : await send(SAVE, { id: diagnosis, section, answers: part.map(([id, one]) => ({ indicator: id, answer: asSent(indicators.get(id) as Asked, one.given), replaces: Number(one.seen) })) }, true);
      if (sent.errors.length) {
        refused(ids, sent.errors, sent.errors.some((one) => CHANGED.includes(one.code)) ? await read() : answers);
      } else if (sent.data) {
        await drop(person, diagnosis, ids);
        const stands = await read();
        // what was changed again while it was being saved is now written over what was saved
        setMine((now) => Object.fromEntries(
          Object.entries(now)
            .filter(([id, one]) => !ids.includes(id) || one.state !== "saving")
            .map(([id, one]) => [id, ids.includes(id) ? { ...one, seen: standing(stands.get(id), verifies) } : one]),
        ));
        return; // the others are held against what stands now
      } else {
        setMine((now) => ({ ...now, ...Object.fromEntries(part.map(([id, one]) => [id, { ...one, state: "kept" as const }])) }));
      }
    }
  }, [mine, indicators, answers, version, verifies, diagnosis, person, send, read, refused]);

  useEffect(() => {
    const begun = Object.values(mine).some((one) => one.state === "begun");
    const waiting = Object.values(mine).some((one) => one.state === "kept");
    clearTimeout(timer.current);
    if (begun || waiting) timer.current = setTimeout(() => void save(), begun ? SAVE_AFTER : TRY_AGAIN_AFTER);
    const online = () => void save();
    addEventListener("online", online);
    return () => {
      clearTimeout(timer.current);
      removeEventListener("online", online);
    };
  }, [mine, save]);

  const change = (id: string, next: Partial<Given>, reason?: string) =>
    setMine((now) => {
      const before = now[id];
      const said = answers.get(id);
      const start: Given = before?.given ?? (verifies ? (said?.verified ?? said?.given) : said?.given) ?? {};
      return { ...now, [id]: { given: { ...start, ...next }, reason: reason ?? before?.reason ?? said?.difference ?? "", seen: before?.seen ?? standing(said, verifies), state: before?.state === "conflict" ? "conflict" : "begun" } };
    });

  /** What conflicts is decided by its person: written over what stands now, or left as that is. */
  const resolve = (id: string, keepMine: boolean) => {
    if (!keepMine) void drop(person, diagnosis, [id]);
    setMine(({ [id]: one, ...rest }) => (keepMine && one ? { ...rest, [id]: { ...one, seen: standing(answers.get(id), verifies), state: "begun" } } : rest));
  };

  const discard = () => {
    void drop(person, diagnosis, left.map((one) => one.indicator));
    setLeft([]);
  };
  return { mine, left, change, resolve, discard };
}
