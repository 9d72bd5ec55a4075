import { Alert, App, Checkbox, Progress, Select } from "antd";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useClient } from "urql";

import { type Indicator, QUESTIONS } from "../answer-fields";
import { agree, type Asked, asSent, type Given, isWhole } from "../answers";
import { persisted } from "../api";
import { Shown, useAsk, useSend } from "../ask";
import { drop, keep, kept } from "../drafts";
import { graphql } from "../gql";
import type { Deferral, SectionAnswersQuery } from "../gql/graphql";
import { useWords } from "../language";
import { useViewer } from "../session";
import { put } from "../uploads";
import type { CaseOf } from "./case";
import { useEvidence } from "./evidence";
import { PrefillOffers } from "./prefill";
import { type Mine, Question } from "./question";

const ANSWERS = graphql(`
  query SectionAnswers($id: ID!) {
    diagnosis(id: $id) {
      version
      answers { indicator version prefilledFrom given { level numbers { name value } choices notApplicable reason } verified { level numbers { name value } choices notApplicable reason } difference }
    }
  }
`);

const SAVE = graphql(`
  mutation Save($id: ID!, $section: String!, $answers: [AnswerGivenEntryInput!]!) {
    saveAnswers(input: { diagnosis: $id, section: $section, answers: $answers }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const VERIFY = graphql(`
  mutation Verify($id: ID!, $section: String!, $answers: [VerifiedAnswerEntryInput!]!) {
    verifyAnswers(input: { diagnosis: $id, section: $section, answers: $answers }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const TICKET = graphql(`
  mutation EvidenceTicket($filename: String!) {
    requestUpload(input: { kind: EVIDENCE, filename: $filename }) { ticket { url } userErrors { code clause field bound message messageInEnglish } }
  }
`);

const ATTACH = graphql(`
  mutation Attach($id: ID!, $sha256: String!, $indicators: [String!]!) {
    attachEvidence(input: { diagnosis: $id, sha256: $sha256, indicators: $indicators }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const DEFERRED = graphql(`query Deferred($id: ID!) { deferredQuestions(diagnosis: $id) { indicator deferral } }`);
const DEFER = graphql(`mutation Defer($id: ID!, $indicators: [String!]!, $deferral: Deferral!) { deferQuestions(input: { diagnosis: $id, indicators: $indicators, deferral: $deferral }) { userErrors { code clause field bound message messageInEnglish } } }`);
const RESUME = graphql(`mutation Resume($id: ID!, $indicators: [String!]!) { resumeQuestions(input: { diagnosis: $id, indicators: $indicators }) { userErrors { code clause field bound message messageInEnglish } } }`);

const SAVE_AFTER = 1200;

/** Place of the answer that a refusal is about, as in "answers.2.level"; null of one that is about none. */
function placeOf(field: string | null | undefined): number | null {
  const place = /\banswers\.(\d+)/.exec(field ?? "")?.[1];
  return place === undefined ? null : Number(place);
}

/** The questionnaire of a case by section: filled in by the firm, verified by the provider, read by the others. */
export function Questionnaire({ diagnosis, again }: { diagnosis: CaseOf; again: () => void }) {
  const questions = useAsk(QUESTIONS, { key: diagnosis.edition.key });
  const answers = useAsk(ANSWERS, { id: diagnosis.id });
  return (
    <Shown answer={questions}>
      {({ edition }) => (
        <Shown answer={answers}>
          {(found) => {
            const indicators = (edition?.indicators ?? []).filter((one) => diagnosis.form === "FULL" || one.inBrief);
            return (
              <Sections
                diagnosis={diagnosis}
                dimensions={(edition?.dimensions ?? []).filter((one) => indicators.some((asked) => asked.dimension === one.id))}
                indicators={indicators}
                first={found.diagnosis}
                again={again}
              />
            );
          }}
        </Shown>
      )}
    </Shown>
  );
}

function Sections(given: {
  diagnosis: CaseOf;
  dimensions: { id: string; name: string }[];
  indicators: Indicator[];
  first: SectionAnswersQuery["diagnosis"];
  again: () => void;
}) {
  const { diagnosis, indicators } = given;
  const client = useClient();
  const [found, setFound] = useState(given.first);
  const known = useMemo(() => found?.answers ?? [], [found]);
  const evidence = useEvidence(diagnosis.id);
  /** Reads the answers again; the versions that stand now. */
  const read = useCallback(async () => {
    const { data } = await client.query(persisted(ANSWERS), { id: diagnosis.id }, { requestPolicy: "network-only" }).toPromise();
    if (data) setFound(data.diagnosis);
    return new Map((data?.diagnosis?.answers ?? []).map((one) => [one.indicator, one.version]));
  }, [client, diagnosis.id]);
  const words = useWords();
  const send = useSend();
  const { notification } = App.useApp();
  const { viewer } = useViewer();
  const fills = diagnosis.status === "OPEN" && ["ENTERPRISE", "FILLER", "DEPARTMENT_FILLER"].includes(viewer.role);
  const verifies = ["ACCEPTED", "OBJECTED"].includes(diagnosis.status) && ["PROVIDER", "DIAGNOSTICIAN"].includes(viewer.role);
  const own = viewer.memberships.find((one) => one.id === viewer.membership);
  const [section, setSection] = useState(given.dimensions[0]?.id ?? "");
  const [deferred, setDeferred] = useState<Map<string, Deferral>>(new Map());
  const [onlyDeferred, setOnlyDeferred] = useState(false);
  const [mine, setMine] = useState<Record<string, Mine>>({});
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const byId = useMemo(() => new Map(indicators.map((one) => [one.id, one])), [indicators]);
  const answers = useMemo(() => new Map(known.map((one) => [one.indicator, one])), [known]);
  const done = (id: string) => (verifies ? Boolean(answers.get(id)?.verified) : answers.has(id));

  /** Reads the marks again; only who fills in has any. */
  const readDeferred = useCallback(async () => {
    const { data } = await client.query(persisted(DEFERRED), { id: diagnosis.id }, { requestPolicy: "network-only" }).toPromise();
    if (data) setDeferred(new Map((data.deferredQuestions ?? []).map((one) => [one.indicator, one.deferral])));
  }, [client, diagnosis.id]);

  useEffect(() => {
    if (fills) void readDeferred();
  }, [fills, readDeferred]);

  useEffect(() => {
    // what an earlier visit could not send
    void kept(diagnosis.id).then((drafts) => {
      if (!drafts.length || !(fills || verifies)) return;
      setMine((now) => ({ ...Object.fromEntries(drafts.map((one) => [one.indicator, { given: one.given, reason: one.reason ?? "", seen: one.seen, state: "kept" as const }])), ...now }));
    });
  }, [diagnosis.id, fills, verifies]);

  const save = useCallback(async () => {
    const ready = Object.entries(mine).filter(([id, one]) => {
      const asked = byId.get(id);
      const differs = verifies && !agree(one.given, answers.get(id)?.given ?? {});
      return asked && ["begun", "kept"].includes(one.state) && isWhole(asked as Asked, one.given) && (!differs || one.reason.trim());
    });
    const sections = new Set(ready.map(([id]) => byId.get(id)?.dimension ?? ""));
    for (const at of sections) {
      const part = ready.filter(([id]) => byId.get(id)?.dimension === at);
      const ids = part.map(([id]) => id);
      setMine((now) => ({ ...now, ...Object.fromEntries(part.map(([id, one]) => [id, { ...one, state: "saving" as const }])) }));
      const sent = verifies
        ? await send(VERIFY, { id: diagnosis.id, section: at, answers: part.map(([id, one]) => ({ indicator: id, answer: asSent(byId.get(id) as Asked, one.given), reason: one.reason.trim() || null })) }, true)
        : await send(SAVE, { id: diagnosis.id, section: at, answers: part.map(([id, one]) => ({ indicator: id, answer: asSent(byId.get(id) as Asked, one.given), replaces: one.seen })) }, true);
      if (sent.data && !sent.errors.length) {
        await drop(diagnosis.id, ids);
        const versions = await read();
        // what was changed again while it was being saved is now written over the version that was saved
        setMine((now) => Object.fromEntries(
          Object.entries(now)
            .filter(([id, one]) => !ids.includes(id) || one.state !== "saving")
            .map(([id, one]) => [id, ids.includes(id) ? { ...one, seen: versions.get(id) ?? null } : one]),
        ));
        continue;
      }
      if (sent.errors.length) {
        const changed = sent.errors.some((one) => one.code === "ANSWER_CHANGED_MEANWHILE");
        if (changed) await read();
        setMine((now) => {
          const next = { ...now };
          for (const id of ids) {
            const before = next[id];
            if (!before) continue;
            // a refusal names the answer by its place; one that names none is of the whole section
            const own = sent.errors.find((one) => placeOf(one.field) === ids.indexOf(id)) ?? sent.errors.find((one) => placeOf(one.field) === null);
            next[id] = own
              ? { ...before, state: own.code === "ANSWER_CHANGED_MEANWHILE" ? "conflict" : "refused", says: own.message }
              : { ...before, state: "begun" };
          }
          return next;
        });
        continue;
      }
      for (const [id, one] of part) await keep({ diagnosis: diagnosis.id, indicator: id, given: one.given, reason: one.reason, seen: one.seen });
      setMine((now) => ({ ...now, ...Object.fromEntries(part.map(([id, one]) => [id, { ...one, state: "kept" as const }])) }));
    }
  }, [mine, byId, answers, verifies, diagnosis.id, send, read]);

  useEffect(() => {
    const begun = Object.values(mine).some((one) => one.state === "begun");
    const waiting = Object.values(mine).some((one) => one.state === "kept");
    clearTimeout(timer.current);
    if (begun || waiting) timer.current = setTimeout(() => void save(), begun ? SAVE_AFTER : 10_000);
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
      return {
        ...now,
        [id]: {
          given: { ...start, ...next },
          reason: reason ?? before?.reason ?? said?.difference ?? "",
          seen: before?.seen ?? said?.version ?? null,
          state: "begun",
        },
      };
    });

  const leave = (id: string) =>
    setMine((now) => {
      const { [id]: _, ...rest } = now;
      void drop(diagnosis.id, [id]);
      return rest;
    });

  const defer = async (indicator: string, deferral: Deferral | null) => {
    const named = { id: diagnosis.id, indicators: [indicator] };
    if (deferral) await send(DEFER, { ...named, deferral });
    else await send(RESUME, named);
    await readDeferred();
  };

  const open = indicators.filter((one) => deferred.has(one.id) && !answers.has(one.id));
  const inSection = onlyDeferred ? open : indicators.filter((one) => one.dimension === section);
  const all = indicators.filter((one) => done(one.id)).length;
  return (
    <>
      <div className="bar">
        <Select
          aria-label={words.questionnaire.section}
          value={section}
          onChange={setSection}
          style={{ minWidth: 260 }}
          options={given.dimensions.map((one) => {
            const asked = indicators.filter((indicator) => indicator.dimension === one.id);
            return { value: one.id, label: `${one.id} ${one.name}（${asked.filter((indicator) => done(indicator.id)).length}/${asked.length}）` };
          })}
        />
        <div className="grow">
          <Progress status="normal" percent={indicators.length ? Math.floor((100 * all) / indicators.length) : 0} aria-label={words.questionnaire.progress(all, indicators.length)} format={() => words.questionnaire.progress(all, indicators.length)} />
        </div>
      </div>
      {!fills && !verifies && <Alert type="info" title={words.questionnaire.readOnly} style={{ marginBottom: 16 }} />}
      {fills && <PrefillOffers diagnosis={diagnosis.id} taken={() => void read().then(given.again)} />}
      {own && own.sections.length > 0 && <p className="clause">{words.fields.sections}{words.colon}{own.sections.join(words.comma)}</p>}
      {fills && (open.length > 0 || onlyDeferred) && <p><Checkbox checked={onlyDeferred} onChange={(event) => setOnlyDeferred(event.target.checked)}>{words.questionnaire.onlyDeferred(open.length)}</Checkbox></p>}
      {inSection.map((indicator) => (
        <Question
          key={indicator.id}
          indicator={indicator}
          known={answers.get(indicator.id)}
          mine={mine[indicator.id]}
          mode={fills ? "fill" : verifies ? "verify" : "read"}
          files={(evidence.files ?? []).filter((one) => one.indicators.includes(indicator.id))}
          deferral={deferred.get(indicator.id) ?? null}
          defer={(deferral) => void defer(indicator.id, deferral)}
          change={(next, reason) => change(indicator.id, next, reason)}
          resolve={(keepMine) => {
            if (!keepMine) leave(indicator.id);
            else setMine((now) => ({ ...now, [indicator.id]: { ...(now[indicator.id] as Mine), seen: answers.get(indicator.id)?.version ?? null, state: "begun" } }));
          }}
          attach={async (file) => {
            const asked = await send(TICKET, { filename: file.name });
            const url = asked.data?.requestUpload.ticket?.url;
            if (!url) return;
            const { sha256, says } = await put(url, file);
            if (sha256) await send(ATTACH, { id: diagnosis.id, sha256, indicators: [indicator.id] });
            else notification.error({ title: says ?? words.network });
            await evidence.again();
            given.again();
          }}
        />
      ))}
    </>
  );
}
