import { Button, Card, InputNumber, Select, Tag } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { useOptions } from "../acts";
import { Shown, useAsk } from "../ask";
import { graphql } from "../gql";
import { CaseStudyStatusNames } from "../gql/enum-names";
import type { CaseStudyStatus } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { PagedList, usePaging } from "../paged";
import { useViewer } from "../session";
import { CaseShown } from "./case-shown";
import { CaseWrite } from "./case-write";

const CASES = graphql(`
  query CaseStudies($year: Int, $status: [CaseStudyStatus!], $first: Int, $after: String, $last: Int, $before: String) {
    caseStudies(year: $year, status: $status, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id status title brought firm publishedOn }
    }
  }
`);
const useTexts = spoken(
  { note: "案例须经另一人审核，并由企业对这一份文稿表示同意后发布；企业可随时撤回同意。", year: "发布年度", title: "标题", brought: "成效", published: "发布日", all: "全部状态", state: "状态", write: "起草案例", none: "目前没有案例。备案并有回访或复诊的企业可据以起草案例。", own: "目前没有请本企业同意的案例。", public: "尚未发布案例。", open: "阅读", unnamed: "不具名企业", on: (day: string) => `${day} 发布` },
  { note: "A text is reviewed by another person and published once the firm consents to exactly it; the firm may take its consent back.", year: "Published in", title: "Title", brought: "What it brought", published: "Published on", all: "Any state", state: "State", write: "Draft a case study", none: "There is no case study. Draft one of a firm that was followed up or diagnosed again.", own: "No case study waits for your firm.", public: "No case study is published.", open: "Read", unnamed: "An unnamed firm", on: (day: string) => `Published on ${day}` },
);

/** Case studies: for everyone those that are published; for editors and the firm also how each comes along. */
export function Cases() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const options = useOptions();
  const { viewer } = useViewer();
  const [sought, seek] = useSearchParams();
  const [status, setStatus] = useState<CaseStudyStatus>();
  const [year, setYear] = useState<number | null>(null);
  const [writing, setWriting] = useState(false);
  const paging = usePaging(JSON.stringify([status, year]));
  const answer = useAsk(CASES, { status: status ? [status] : null, year, ...paging.paging });
  const writes = ["CITY", "DISTRICT"].includes(viewer.role);
  const firm = ["ENTERPRISE", "CONFIRMER"].includes(viewer.role);
  const chosen = sought.get("case");
  if (chosen) return <CaseShown key={chosen} id={chosen} back={() => seek({})} />;
  return (
    <>
      <h1>{words.nav.cases}</h1>
      <p className="clause">{texts.note}</p>
      <div className="bar">
        <InputNumber aria-label={texts.year} placeholder={texts.year} value={year} onChange={setYear} changeOnWheel={false} style={{ width: 140 }} />
        {(writes || firm) && <Select aria-label={texts.state} allowClear placeholder={texts.all} value={status} onChange={setStatus} options={options(CaseStudyStatusNames) as { value: CaseStudyStatus; label: string }[]} style={{ minWidth: 160 }} />}
        {writes && <Button type="primary" onClick={() => setWriting(true)}>{texts.write}</Button>}
      </div>
      <Shown answer={answer}>
        {({ caseStudies }) => (
          <PagedList
            connection={caseStudies}
            paging={paging}
            caption={words.nav.cases}
            rowKey={(one) => one.id}
            empty={writes ? texts.none : firm ? texts.own : texts.public}
            columns={[
              { title: texts.title, text: (one) => one.title },
              { title: texts.brought, text: (one) => one.brought },
              { title: words.fields.enterprise, text: (one) => one.firm ?? texts.unnamed },
              { title: texts.state, text: (one) => name(CaseStudyStatusNames, one.status) },
              { title: texts.published, text: (one) => one.publishedOn ?? "" },
            ]}
            render={(one) => (
              <Card style={{ marginBottom: 12 }}>
                <div className="bar" style={{ marginBottom: 4 }}><Button type="link" style={{ padding: 0, whiteSpace: "normal", textAlign: "start", height: "auto", fontWeight: 600 }} onClick={() => seek({ case: one.id })}>{one.title}</Button> {one.status !== "PUBLISHED" && <Tag color="#874d00">{name(CaseStudyStatusNames, one.status)}</Tag>}</div>
                <p style={{ margin: "4px 0" }}>{one.brought}</p>
                <span className="clause">{one.firm ?? texts.unnamed}{one.publishedOn && ` · ${texts.on(one.publishedOn)}`}</span>
              </Card>
            )}
          />
        )}
      </Shown>
      {writes && <CaseWrite open={writing} close={() => setWriting(false)} done={() => { setWriting(false); answer.again(); }} />}
    </>
  );
}
