import { Button, Empty, Select, Tag } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { Shown, useAsk } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { OutreachKindNames, OutreachStatusNames } from "../gql/enum-names";
import type { OutreachSessionsQuery, OutreachStatus } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { useViewer } from "../session";
import { PlanSession } from "./session-plan";
import { SessionShown } from "./session-shown";

const SESSIONS = graphql(`
  query OutreachSessions($filter: OutreachSessionFilter, $first: Int, $after: String, $last: Int, $before: String) {
    outreachSessions(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id kind topic host status startsAt endsAt place link seats capacity turnout { status firms } }
    }
  }
`);

const useTexts = spoken(
  { plan: "计划场次", status: "状态", all: "全部状态", topic: "主题", when: "时间", where: "地点", online: "线上", seats: "报名", came: "到会企业", none: "目前没有场次。计划场次后发布，再邀请企业参加。", quiet: "目前没有邀请贵企业参加的场次。", open: "查看", caption: "宣讲与交流场次" },
  { plan: "Plan a session", status: "State", all: "Any state", topic: "Topic", when: "When", where: "Where", online: "online", seats: "Signed up", came: "Firms that came", none: "There is no session. Plan one, announce it, then invite firms.", quiet: "Your firm is not invited to any session.", open: "Open", caption: "Outreach sessions" },
);
type Row = OutreachSessionsQuery["outreachSessions"]["nodes"][number];

/** Briefings and exchanges: who organises one plans, announces, invites and sees what followed; a firm signs up, signs in and asks. */
export function Sessions() {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const { viewer } = useViewer();
  const [sought, seek] = useSearchParams();
  const [planning, setPlanning] = useState(false);
  const [status, setStatus] = useState<OutreachStatus>();
  const paging = usePaging(status ?? "");
  const answer = useAsk(SESSIONS, { filter: status ? { status: [status] } : null, ...paging.paging });
  const organises = ["CITY", "DISTRICT", "PARK"].includes(viewer.role);
  const chosen = sought.get("session");
  if (chosen) return <SessionShown key={chosen} id={chosen} back={() => seek({})} />;
  return (
    <>
      <h1>{words.nav.sessions}</h1>
      <div className="bar">
        <Select aria-label={texts.status} allowClear placeholder={texts.all} value={status} onChange={setStatus} style={{ minWidth: 160 }} options={Object.keys(OutreachStatusNames).map((value) => ({ value: value as OutreachStatus, label: name(OutreachStatusNames, value) }))} />
        {organises && <Button type="primary" onClick={() => setPlanning(true)}>{texts.plan}</Button>}
      </div>
      <Shown answer={answer}>
        {({ outreachSessions }) =>
          outreachSessions.nodes.length ? (
            <PagedTable<Row>
              connection={outreachSessions}
              paging={paging}
              rowKey={(one) => one.id}
              empty={texts.none}
              caption={texts.caption}
              columns={[
                { title: texts.topic, render: (_, one) => <><Button type="link" style={{ padding: 0, whiteSpace: "normal", textAlign: "start", height: "auto" }} onClick={() => seek({ session: one.id })}>{one.topic}</Button><div className="clause">{name(OutreachKindNames, one.kind)} · {one.host}</div></> },
                { title: texts.status, render: (_, one) => <Tag>{name(OutreachStatusNames, one.status)}</Tag> },
                { title: texts.when, render: (_, one) => <span className="nowrap">{shanghai(one.startsAt)} – {shanghai(one.endsAt).slice(-5)}</span> },
                { title: texts.where, render: (_, one) => one.place ?? texts.online },
                { title: texts.seats, align: "right", render: (_, one) => (one.capacity === null ? one.seats : `${one.seats} / ${one.capacity}`) },
                { title: texts.came, align: "right", render: (_, one) => one.turnout.find((part) => part.status === "CAME")?.firms ?? 0 },
              ]}
            />
          ) : <Empty description={organises ? texts.none : texts.quiet} />
        }
      </Shown>
      <PlanSession open={planning} close={() => setPlanning(false)} done={() => { setPlanning(false); answer.again(); }} />
    </>
  );
}
