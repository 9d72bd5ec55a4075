import { List } from "antd";
import { Link } from "react-router";

import { Shown, useAsk } from "../ask";
import { graphql } from "../gql";
import { spoken } from "../language";
import { useViewer } from "../session";
import { Nothing } from "./nothing";

const DUE = graphql(`
  query WaitedFor($signals: Boolean!, $signalStatus: [SignalStatus!], $batches: Boolean!, $offers: Boolean!, $offerStatus: [OfferStatus!], $duties: Boolean!, $dutyStatus: [DutyStatus!], $cases: Boolean!, $caseStatus: [CaseStudyStatus!], $proceedings: Boolean!, $proceedingStatus: [ProceedingStatus!], $contacts: Boolean!) {
    signals(filter: { status: $signalStatus }, first: 1) @include(if: $signals) { totalCount }
    resultBatches(waiting: true, first: 1) @include(if: $batches) { totalCount }
    offers(filter: { status: $offerStatus }, first: 1) @include(if: $offers) { totalCount }
    duties(status: $dutyStatus, first: 1) @include(if: $duties) { totalCount }
    caseStudies(status: $caseStatus, first: 1) @include(if: $cases) { totalCount }
    proceedings(filter: { status: $proceedingStatus }, first: 1) @include(if: $proceedings) { totalCount }
    liaisonsToConfirm(first: 1) @include(if: $contacts) { totalCount }
  }
`);
const useTexts = spoken(
  { title: "还需处理", signals: (n: number) => `待答复或办结的异常信号 ${n} 项`, batches: (n: number) => `有待裁定行的报送批次 ${n} 个`, offers: (n: number) => `等待答复的报价 ${n} 项`, duties: (n: number) => `等待处理的专班任务 ${n} 项`, cases: (n: number) => `等待处理的典型案例 ${n} 篇`, proceedings: (n: number) => `等待办理的程序 ${n} 件`, contacts: (n: number) => `联络人待确认的单位 ${n} 个` },
  { title: "Also to do", signals: (n: number) => `Signals to answer or close: ${n}`, batches: (n: number) => `Batches with rows to decide: ${n}`, offers: (n: number) => `Offers that wait for an answer: ${n}`, duties: (n: number) => `Duties that wait: ${n}`, cases: (n: number) => `Case studies that wait: ${n}`, proceedings: (n: number) => `Proceedings that wait: ${n}`, contacts: (n: number) => `Units whose contacts are to be confirmed: ${n}` },
);

/** What waits on the reader's other pages, with the way there; nothing where nothing waits. */
export function Due() {
  const texts = useTexts();
  const { role } = useViewer().viewer;
  const office = ["CITY", "DISTRICT"].includes(role);
  const firm = ["ENTERPRISE", "CONFIRMER"].includes(role);
  const sells = ["PROVIDER", "SUPPLIER"].includes(role);
  const answer = useAsk(DUE, {
    signals: office || firm || role === "PROVIDER",
    signalStatus: office ? ["ANSWERED"] : ["RAISED"],
    batches: role === "CITY",
    offers: firm || sells,
    offerStatus: firm ? ["STANDING"] : ["FORMING"],
    duties: office || ["PROVIDER", "SUPPORT"].includes(role),
    dutyStatus: role === "CITY" ? ["OPEN", "DELIVERED"] : ["OFFERED"],
    cases: office || firm,
    caseStatus: firm ? ["REVIEWED"] : role === "CITY" ? ["DRAFTED", "CONSENTED"] : ["DRAFTED", "RETURNED"],
    contacts: office,
    proceedings: role === "CITY" || role === "PROVIDER",
    proceedingStatus: role === "CITY" ? ["OPENED", "ANSWERED", "HEARING_SET", "HEARD", "APPEALED"] : ["NOTIFIED"],
  });
  return (
    <Shown answer={answer}>
      {(found) => {
        const waiting = ([
          [texts.signals, found.signals, "/signals"],
          [texts.batches, found.resultBatches, "/results"],
          [texts.offers, found.offers, "/supply?tab=offers"],
          [texts.duties, found.duties, "/duties"],
          [texts.cases, found.caseStudies, "/cases"],
          [texts.proceedings, found.proceedings, "/proceedings"],
          [texts.contacts, found.liaisonsToConfirm, "/steering?tab=gaps"],
        ] as const).filter(([, one]) => one?.totalCount);
        if (!waiting.length) return ["SUPPLIER", "SUPPORT"].includes(role) && <Nothing />;
        return <List header={<h2 style={{ margin: 0 }}>{texts.title}</h2>} dataSource={waiting} renderItem={([says, one, path]) => <List.Item><Link to={path}>{says(one?.totalCount ?? 0)}</Link></List.Item>} />;
      }}
    </Shown>
  );
}
