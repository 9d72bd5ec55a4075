import { Alert, Button, Checkbox, Progress, Select } from "antd";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { useClient } from "urql";

import { type Indicator, QUESTIONS, Said } from "../answer-fields";
import { sectionToOpen } from "../answers";
import { persisted } from "../api";
import { Shown, useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import type { Deferral, SectionAnswersQuery } from "../gql/graphql";
import { useWords } from "../language";
import { useViewer } from "../session";
import { usePut } from "../uploads";
import type { CaseOf } from "./case";
import { useEvidence } from "./evidence";
import { PrefillOffers } from "./prefill";
import { Question } from "./question";
import { type Answers, useUnsaved } from "./unsaved";

export const ANSWERS = graphql(`
  query SectionAnswers($id: ID!) {
    diagnosis(id: $id) {
      version
      answers { indicator version prefilledFrom given { level numbers { name value } choices notApplicable reason } verified { level numbers { name value } choices notApplicable reason } difference }
    }
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

export const DEFERRED = graphql(`query Deferred($id: ID!) { deferredQuestions(diagnosis: $id) { indicator deferral } }`);
const DEFER = graphql(`mutation Defer($id: ID!, $indicators: [String!]!, $deferral: Deferral!) { deferQuestions(input: { diagnosis: $id, indicators: $indicators, deferral: $deferral }) { userErrors { code clause field bound message messageInEnglish } } }`);
const RESUME = graphql(`mutation Resume($id: ID!, $indicators: [String!]!) { resumeQuestions(input: { diagnosis: $id, indicators: $indicators }) { userErrors { code clause field bound message messageInEnglish } } }`);

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

const byIndicator = (found: SectionAnswersQuery["diagnosis"] | undefined): Answers => new Map((found?.answers ?? []).map((one) => [one.indicator, one]));

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
  const evidence = useEvidence(diagnosis.id);
  const answers = useMemo(() => byIndicator(found), [found]);
  /** Reads the answers again; those that stand now. */
  const read = useCallback(async () => {
    const { data } = await client.query(persisted(ANSWERS), { id: diagnosis.id }, { requestPolicy: "network-only" }).toPromise();
    if (!data) return answers;
    setFound(data.diagnosis);
    return byIndicator(data.diagnosis);
  }, [client, diagnosis.id, answers]);
  const words = useWords();
  const send = useSend();
  const put = usePut();
  const { viewer } = useViewer();
  const fills = diagnosis.status === "OPEN" && ["ENTERPRISE", "FILLER", "DEPARTMENT_FILLER"].includes(viewer.role);
  const verifies = ["ACCEPTED", "OBJECTED"].includes(diagnosis.status) && ["PROVIDER", "DIAGNOSTICIAN"].includes(viewer.role);
  const own = viewer.memberships.find((one) => one.id === viewer.membership);
  const [deferred, setDeferred] = useState<Map<string, Deferral>>(new Map());
  const [onlyOpen, setOnlyOpen] = useState(false);
  const byId = useMemo(() => new Map(indicators.map((one) => [one.id, one])), [indicators]);
  const mode = fills ? "fill" : verifies ? "verify" : "read";
  const { mine, left, change, resolve, discard } = useUnsaved({ diagnosis: diagnosis.id, person: viewer.membership ?? viewer.role, mode, indicators: byId, answers, version: found?.version, read });
  const done = (id: string) => (verifies ? Boolean(answers.get(id)?.verified) : answers.has(id));
  const [params, setParams] = useSearchParams();
  const [first] = useState(() => (fills ? sectionToOpen(given.dimensions.map((one) => one.id), own?.sections ?? [], indicators, done) : (given.dimensions[0]?.id ?? "")));
  const asked = params.get("section");
  const section = given.dimensions.some((one) => one.id === asked) ? (asked ?? first) : first;
  /** The section stands in the address: who loads the page anew is where they were. */
  const setSection = (next: string) => setParams((before) => { before.set("section", next); return before; }, { replace: true });
  useEffect(() => {
    if (fills && asked !== section) setSection(section);
  }, [fills, asked, section]);
  const following = given.dimensions[given.dimensions.findIndex((one) => one.id === section) + 1];

  /** Reads the marks again; only who fills in has any. */
  const readDeferred = useCallback(async () => {
    const { data } = await client.query(persisted(DEFERRED), { id: diagnosis.id }, { requestPolicy: "network-only" }).toPromise();
    if (data) setDeferred(new Map((data.deferredQuestions ?? []).map((one) => [one.indicator, one.deferral])));
  }, [client, diagnosis.id]);

  useEffect(() => {
    if (fills) void readDeferred();
  }, [fills, readDeferred]);

  const defer = async (indicator: string, deferral: Deferral | null) => {
    const named = { id: diagnosis.id, indicators: [indicator] };
    setDeferred((now) => {
      const next = new Map(now);
      if (deferral) next.set(indicator, deferral);
      else next.delete(indicator);
      return next;
    });
    if (deferral) await send(DEFER, { ...named, deferral });
    else await send(RESUME, named);
    await readDeferred();
  };

  const counted = fills && own?.sections.length ? indicators.filter((one) => own.sections.includes(one.dimension)) : indicators;
  const open = counted.filter((one) => !answers.has(one.id));
  const marked = open.filter((one) => deferred.has(one.id)).length;
  const inSection = onlyOpen ? open : indicators.filter((one) => one.dimension === section);
  const all = counted.filter((one) => done(one.id)).length;
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
          <Progress status="normal" percent={counted.length ? Math.floor((100 * all) / counted.length) : 0} aria-label={words.questionnaire.progress(all, counted.length)} format={() => words.questionnaire.progress(all, counted.length)} />
        </div>
      </div>
      {!fills && !verifies && <Alert type="info" title={words.questionnaire.readOnly} style={{ marginBottom: 16 }} />}
      {left.length > 0 && (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 16 }}
          title={words.questionnaire.left(left.length)}
          description={<ul className="plain">{left.map((one) => { const asked = byId.get(one.indicator); return asked && <li key={one.key}>{asked.id} {asked.name}{words.colon}<Said given={one.given} indicator={asked} /></li>; })}</ul>}
          action={<Button onClick={discard}>{words.questionnaire.discard}</Button>}
        />
      )}
      {fills && <PrefillOffers diagnosis={diagnosis.id} taken={() => void read().then(given.again)} />}
      {own && own.sections.length > 0 && <p className="clause">{words.fields.sections}{words.colon}{own.sections.join(words.comma)}</p>}
      {fills && (open.length > 0 || onlyOpen) && <p><Checkbox checked={onlyOpen} onChange={(event) => setOnlyOpen(event.target.checked)}>{words.questionnaire.onlyOpen(open.length, marked)}</Checkbox></p>}
      {inSection.map((indicator) => (
        <Question
          key={indicator.id}
          indicator={indicator}
          known={answers.get(indicator.id)}
          mine={mine[indicator.id]}
          mode={mode}
          files={(evidence.files ?? []).filter((one) => one.indicators.includes(indicator.id))}
          deferral={deferred.get(indicator.id) ?? null}
          defer={(deferral) => void defer(indicator.id, deferral)}
          change={(next, reason) => change(indicator.id, next, reason)}
          resolve={(keepMine) => resolve(indicator.id, keepMine)}
          attach={async (file) => {
            const asked = await send(TICKET, { filename: file.name });
            const sha256 = await put(asked.data?.requestUpload.ticket?.url, file);
            if (!sha256) return;
            await send(ATTACH, { id: diagnosis.id, sha256, indicators: [indicator.id] });
            await evidence.again();
            given.again();
          }}
        />
      ))}
      {!onlyOpen && following && <Button onClick={() => { setSection(following.id); window.scrollTo(0, 0); }}>{words.questionnaire.following}{words.colon}{following.id} {following.name}</Button>}
    </>
  );
}
