import { Alert, Button, Descriptions, Empty, Skeleton, Tag } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";

import { Shown, useAsk } from "../ask";
import { Download } from "../download";
import { decimal, shanghai } from "../format";
import { graphql } from "../gql";
import { FormNames, PurposeNames, ReportKindNames } from "../gql/enum-names";
import type { CaseQuery } from "../gql/graphql";
import { Parts } from "../parts";
import { useNames, useSaid, useWords } from "../language";
import { usePlaces } from "../places";
import { useViewer, type Viewer } from "../session";
import { SheetList } from "../sheet-list";
import { SheetTable } from "../sheet-table";
import { CaseActs } from "./case-acts";
import { StatusTag } from "./diagnoses";
import { Evidence } from "./evidence";
import { FollowUp } from "./follow-up";
import { InternalReviews } from "./internal-reviews";
import { Objections } from "./objections";
import { Questionnaire } from "./questionnaire";
import { SiteVisits } from "./visits";

const CaseCandidates = lazy(async () => ({ default: (await import("./case-candidates")).CaseCandidates }));
const CaseExperts = lazy(async () => ({ default: (await import("./case-experts")).CaseExperts }));
const Peers = lazy(async () => ({ default: (await import("./peers")).Peers }));
const WhatIf = lazy(async () => ({ default: (await import("./what-if")).WhatIf }));
const Radar = lazy(async () => ({ default: (await import("../radar")).Radar }));

const CASE = graphql(`
  query Case($id: ID!, $reportsAfter: String, $objectionsAfter: String) {
    diagnosis(id: $id) {
      id caseNumber version status statusSince purpose form campaign edition { key title gradeNames } openedAt filing { number } measuredGrade level grade gradeName levelName issuedVersion
      enterprise { id name uscc district { code name nameInEnglish } industry { code name nameInEnglish } }
      provider { id name }
      reports(first: 50, after: $reportsAfter) { pageInfo { hasNextPage endCursor } nodes { version kind sha256 issuedAt number url } }
      result {
        selfTotal verifiedTotal bandGrade issuedLevel issuedGrade gradeName levelName
        dimensions { id name weight selfScore verifiedScore level }
        gates { code level holds says saysInEnglish fallsShort lift liftProven }
      }
      objections(first: 100, after: $objectionsAfter) { pageInfo { hasNextPage endCursor } nodes { indicator reportVersion text raisedAt status answer { text upheld at } } }
    }
  }
`);

/** Who reads what follows a report, as the server has it. */
const PROCEEDINGS: Viewer["role"][] = ["CITY", "DISTRICT", "ENTERPRISE", "FILLER", "CONFIRMER", "PROVIDER", "DIAGNOSTICIAN", "REVIEWER", "ARBITER", "READER", "AUDITOR"];
/** Who reads reports with what they rest on, and who reads answers with their files: to nobody else is a part offered that would stand empty. */
const REPORTED: Viewer["role"][] = [...PROCEEDINGS, "GROUP"];
const ANSWERED: Viewer["role"][] = [...REPORTED, "DEPARTMENT_FILLER", "SAMPLER"];
const TRAIL: Viewer["role"][] = ["CITY", "AUDITOR", "ENTERPRISE", "FILLER", "CONFIRMER"];
export type CaseOf = NonNullable<CaseQuery["diagnosis"]>;

/** One diagnosis, with what may be done next at its head. */
export function Case() {
  const { id = "" } = useParams();
  const words = useWords();
  const { viewer } = useViewer();
  const [params, setParams] = useSearchParams();
  const answer = useAsk(CASE, { id });
  return (
    <Shown answer={answer}>
      {({ diagnosis }) =>
        diagnosis === null ? (
          <Empty description={words.case.notFound} />
        ) : (
          <>
            <h1>{diagnosis.enterprise?.name ?? diagnosis.caseNumber} <StatusTag status={diagnosis.status} /></h1>
            <CaseActs diagnosis={diagnosis} again={answer.again} />
            <Parts title={words.diagnoses.title} at={params.get("tab") ?? "overview"} go={(tab) => setParams({ tab }, { replace: true })} parts={[
              { key: "overview", label: words.case.overview, children: <Overview diagnosis={diagnosis} again={answer.again} /> },
              ...[
                { key: "questionnaire", of: ANSWERED, label: words.case.questionnaire, children: <Questionnaire diagnosis={diagnosis} again={answer.again} /> },
                { key: "result", of: REPORTED, label: words.case.result, children: <Result diagnosis={diagnosis} /> },
                { key: "evidence", of: ANSWERED, label: words.case.evidence, children: <Evidence id={diagnosis.id} /> },
                { key: "visits", of: PROCEEDINGS, label: words.case.visits, children: <SiteVisits diagnosis={diagnosis} again={answer.again} /> },
                { key: "reports", of: REPORTED, label: words.case.reports, children: <Reports diagnosis={diagnosis} again={answer.again} /> },
                { key: "objections", of: PROCEEDINGS, label: words.case.objections, children: <Objections diagnosis={diagnosis} again={answer.again} /> },
                { key: "follow-up", of: PROCEEDINGS, label: words.case.followUp, children: <FollowUp diagnosis={diagnosis} again={answer.again} /> },
              ].filter((one) => one.of.includes(viewer.role)).map(({ key, label, children }) => ({ key, label, children })),
            ]} />
          </>
        )
      }
    </Shown>
  );
}

function Overview({ diagnosis, again }: { diagnosis: CaseOf; again: () => void }) {
  const place = usePlaces();
  const words = useWords();
  const { viewer } = useViewer();
  const name = useNames();
  const { fields } = words;
  const graded = words.levelled(diagnosis.level, diagnosis.levelName ?? "", words.grade(diagnosis.grade, diagnosis.gradeName ?? ""));
  return (
    <>
      <Descriptions
        bordered
        size="small"
        column={{ xs: 1, md: 2 }}
        items={[
          { label: fields.caseNumber, children: diagnosis.caseNumber },
          { label: fields.uscc, children: diagnosis.enterprise?.uscc ?? "—" },
          { label: fields.district, children: place(diagnosis.enterprise?.district) },
          { label: fields.industry, children: diagnosis.enterprise ? `${diagnosis.enterprise.industry.code} ${place(diagnosis.enterprise.industry)}` : "—" },
          { label: fields.provider, children: diagnosis.provider?.name ?? "—" },
          { label: fields.purpose, children: name(PurposeNames, diagnosis.purpose) },
          { label: fields.form, children: name(FormNames, diagnosis.form) },
          { label: fields.edition, children: diagnosis.edition.title },
          { label: fields.opened, children: shanghai(diagnosis.openedAt) },
          { label: words.case.filing, children: diagnosis.filing?.number ?? "—" },
          { label: fields.statusSince, children: shanghai(diagnosis.statusSince) },
          { label: fields.grade, children: !diagnosis.gradeName ? "—" : REPORTED.includes(viewer.role) ? <Link to="?tab=result">{graded}{words.aside(words.case.whyGrade)}</Link> : graded },
        ].map((item, key) => ({ ...item, key }))}
      />
      {TRAIL.includes(viewer.role) && <Link to={`/trail/past?subject=${encodeURIComponent(diagnosis.id)}`}>{words.trail.past}</Link>}
      {["CITY", "AUDITOR"].includes(viewer.role) && <Suspense><CaseExperts diagnosis={diagnosis.id} /></Suspense>}
      {["CITY", "DISTRICT", "ENTERPRISE"].includes(viewer.role) && ["OPEN", "SUBMITTED"].includes(diagnosis.status) && diagnosis.enterprise && (
        <Suspense><CaseCandidates diagnosis={diagnosis.id} enterprise={diagnosis.enterprise.id} named={diagnosis.provider?.id} again={again} /></Suspense>
      )}
      {!ANSWERED.includes(viewer.role) && <p className="clause">{words.case.summaryOnly}</p>}
      <p className="clause">{diagnosis.issuedVersion ? words.case.issued(diagnosis.issuedVersion) : words.case.notIssued}</p>
    </>
  );
}

function Result({ diagnosis }: { diagnosis: CaseOf }) {
  const words = useWords();
  const said = useSaid();
  const { viewer } = useViewer();
  const [asking, setAsking] = useState(false);
  const { result } = diagnosis;
  if (!result) return <Empty description={words.case.noResult} />;
  const failing = result.gates.filter((gate) => !gate.holds);
  return (
    <>
      <Descriptions size="small" bordered column={{ xs: 1, md: 3 }} items={[
        { key: 1, label: words.fields.self, children: decimal(result.selfTotal) },
        { key: 2, label: words.fields.total, children: decimal(result.verifiedTotal) },
        { key: 3, label: words.fields.grade, children: words.levelled(result.issuedLevel, result.levelName, words.grade(result.issuedGrade, result.gradeName)) },
      ]} />
      {failing.length > 0 && <h2>{words.case.heldBack}</h2>}
      {result.bandGrade > result.issuedGrade && <p>{words.case.byTotal(decimal(result.verifiedTotal), words.grade(result.bandGrade, diagnosis.edition.gradeNames[result.bandGrade - 1] ?? String(result.bandGrade)), words.grade(result.issuedGrade, result.gradeName))}</p>}
      {failing.map((gate) => (
        <Alert
          key={gate.code}
          type="warning"
          showIcon
          style={{ marginBottom: 8 }}
          title={said(gate.says, gate.saysInEnglish)}
          description={
            <>
              {gate.fallsShort.length > 0 && <div>{words.case.holdsBack}{words.colon}{gate.fallsShort.map((one) => <Tag key={one}>{one}</Tag>)}</div>}
              {gate.lift.length > 0 && <div>{words.case.lift}{words.colon}{gate.lift.map((one) => <Tag color="#1252b3" key={one}>{one}</Tag>)}{gate.liftProven && <span className="clause">{words.case.proven}</span>}</div>}
            </>
          }
        />
      ))}
      <h2>{words.case.radar}</h2>
      <Suspense fallback={<div className="chart" />}><Radar dimensions={result.dimensions} /></Suspense>
      <SheetTable caption={words.case.radar}
        rowKey="id"
        dataSource={result.dimensions}
        columns={[
          { title: words.standards.dimension, render: (_, one) => one.name },
          { title: words.fields.weight, align: "right", render: (_, one) => decimal(one.weight) },
          { title: words.fields.self, align: "right", render: (_, one) => decimal(one.selfScore) },
          { title: words.fields.verified, align: "right", render: (_, one) => decimal(one.verifiedScore) },
          { title: words.fields.level, align: "right", dataIndex: "level" },
        ]}
      />
      {diagnosis.issuedVersion && <Suspense><Peers id={diagnosis.id} /></Suspense>}
      {[...PROCEEDINGS, "GROUP"].includes(viewer.role) && (
        <>
          <h2>{words.case.whatIf}</h2>
          {asking ? <Suspense fallback={<Skeleton active />}><WhatIf id={diagnosis.id} edition={diagnosis.edition.key} grade={diagnosis.measuredGrade} /></Suspense> : <Button onClick={() => setAsking(true)}>{words.case.askWhatIf}</Button>}
        </>
      )}
    </>
  );
}

function Reports({ diagnosis, again }: { diagnosis: CaseOf; again: () => void }) {
  const words = useWords();
  const { viewer } = useViewer();
  const name = useNames();
  const key = diagnosis.id.split("/").at(-1) ?? "";
  const latest = Math.max(0, ...(diagnosis.reports?.nodes ?? []).map((one) => one.version));
  return (
    <>
      <SheetList
        caption={words.case.reports}
        rows={diagnosis.reports?.nodes ?? []}
        rowKey={(one) => String(one.version)}
        empty={words.case.noReports}
        columns={[
          { title: words.fields.name, text: (one) => words.case.version(one.version) },
          { title: words.fields.at, text: (one) => shanghai(one.issuedAt) },
          { title: words.certificates.number, text: (one) => one.number ?? "" },
          { title: "SHA-256", text: (one) => one.sha256 },
        ]}
        render={(one) => (
          <div className="item bar" style={{ marginBottom: 0 }}>
            <div className="grow"><strong>{words.case.version(one.version)}</strong> {name(ReportKindNames, one.kind)} {one.version === latest && <Tag color="#135200">{words.case.current}</Tag>}<div className="clause">{[shanghai(one.issuedAt), one.number, `${one.sha256.slice(0, 16)}…`].filter(Boolean).join(" · ")}</div></div>
            <Download type={one.version === latest ? "primary" : "default"} path={one.url}>{words.case.download} PDF</Download>
          </div>
        )}
      />
      {diagnosis.measuredGrade !== null && ["ENTERPRISE", "CITY", "AUDITOR"].includes(viewer.role) && (
        <Download path={`/dossiers/grade/${key}?files=1`}>{words.case.dossier}</Download>
      )}
      {PROCEEDINGS.includes(viewer.role) && <InternalReviews diagnosis={diagnosis} again={again} />}
    </>
  );
}
