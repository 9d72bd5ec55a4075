import { Card, Col, List, Row, Statistic, Tag } from "antd";
import { Link, Navigate } from "react-router";

import { Shown, useAsk } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { RoleNames } from "../gql/enum-names";
import type { DiagnosisStatus } from "../gql/graphql";
import { useNames, useWords } from "../language";
import { PagedList, usePaging } from "../paged";
import { useViewer } from "../session";
import { StatusTag } from "./diagnoses";
import { ContactReminders } from "./contact-reminders";
import { Due } from "./due";
import { Nothing } from "./nothing";

const TO_DO = graphql(`
  query ToDo($filter: DiagnosisFilter, $first: Int, $after: String, $last: Int, $before: String) {
    diagnoses(filter: $filter, orderBy: [STATUS_SINCE_ASC], first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id status statusSince overdue due enterprise { id name } }
    }
  }
`);

const GAPS = graphql(`
  query Gaps {
    overdue: diagnoses(filter: { overdue: true }, first: 1) { totalCount }
    stuck: diagnoses(filter: { stuckForDays: 30 }, first: 1) { totalCount }
    undiagnosed: enterprises(filter: { diagnosed: false }, first: 1) { totalCount }
    held: diagnoses(filter: { heldBack: true }, first: 1) { totalCount }
    withoutContact: enterprises(filter: { hasContact: false }, first: 1) { totalCount }
  }
`);

const INVITED = graphql(`
  query InvitedTo($outreachAttendancesAfter: String) {
    outreachAttendances(filter: { status: [INVITED] }, first: 50, after: $outreachAttendancesAfter) { pageInfo { hasNextPage endCursor } nodes { id invitedAt session { id topic startsAt status } } }
  }
`);

/** Statuses in which each role has the next step. */
const NEXT: Partial<Record<string, DiagnosisStatus[]>> = {
  ENTERPRISE: ["OPEN", "ISSUED"],
  FILLER: ["OPEN"],
  DEPARTMENT_FILLER: ["OPEN"],
  CONFIRMER: ["OPEN", "ISSUED"],
  PROVIDER: ["SUBMITTED", "ACCEPTED", "SCORED", "OBJECTED"],
  DIAGNOSTICIAN: ["SUBMITTED", "ACCEPTED", "SCORED", "OBJECTED"],
};
/** The part of the case in which that step is taken; its head otherwise. */
const PART: Partial<Record<DiagnosisStatus, string>> = { OPEN: "?tab=questionnaire", ACCEPTED: "?tab=questionnaire", ISSUED: "?tab=result", OBJECTED: "?tab=objections" };
const STEERING = ["CITY", "DISTRICT"];
/** Who has lists beside the cases in which something may wait. */
const WAITED_FOR = ["CITY", "DISTRICT", "ENTERPRISE", "CONFIRMER", "PROVIDER", "SUPPLIER", "SUPPORT"];
const FIRM = ["ENTERPRISE", "FILLER", "CONFIRMER"];

/** What is the reader's to do, longest waiting first. */
export function Home() {
  const words = useWords();
  const name = useNames();
  const { viewer } = useViewer();
  const next = NEXT[viewer.role];
  if (viewer.role === "ARBITER") return <Navigate to="/arbitrations" replace />;
  return (
    <>
      <h1>{words.home.greeting(name(RoleNames, viewer.role))}</h1>
      {viewer.role !== "OPERATOR" && viewer.role !== "PARTNER" && <ContactReminders />}
      {STEERING.includes(viewer.role) && <Gaps />}
      {FIRM.includes(viewer.role) && <Invitations />}
      {WAITED_FOR.includes(viewer.role) && <Due />}
      {next ? <ToDo status={next} /> : ![...STEERING, ...WAITED_FOR].includes(viewer.role) && <Nothing />}
    </>
  );
}

function ToDo({ status }: { status: DiagnosisStatus[] }) {
  const words = useWords();
  const paging = usePaging("", 50);
  const answer = useAsk(TO_DO, { filter: { status }, ...paging.paging });
  return (
    <Shown answer={answer}>
      {({ diagnoses }) => (
        <>
          <h2>{words.home.due}</h2>
          <PagedList
            caption={words.home.due}
            connection={diagnoses}
            paging={paging}
            rowKey={(one) => one.id}
            empty={<Nothing />}
            columns={[
              { title: words.fields.what, text: (one) => words.home.step[one.status] ?? "" },
              { title: words.fields.enterprise, text: (one) => one.enterprise?.name ?? "" },
              { title: words.fields.statusSince, text: (one) => shanghai(one.statusSince) },
              { title: words.fields.due, text: (one) => one.due ?? "" },
              { title: words.diagnoses.late, text: (one) => (one.overdue ? words.yes : "") },
            ]}
            render={(one) => (
              <div className="item bar" style={{ marginBottom: 0 }}>
                <div className="grow">
                  <Link to={`/diagnoses/${encodeURIComponent(one.id)}${PART[one.status] ?? ""}`}>{words.home.step[one.status]}{words.colon}{one.enterprise?.name}</Link>
                  <div className="clause">
                    {words.fields.statusSince} {shanghai(one.statusSince)}
                    {one.due && ` · ${words.fields.due} ${one.due}`}
                    {one.overdue && <Tag color="#a8071a" style={{ marginInlineStart: 8 }}>{words.diagnoses.late}</Tag>}
                  </div>
                </div>
                <StatusTag status={one.status} />
              </div>
            )}
          />
        </>
      )}
    </Shown>
  );
}

/** Sessions that the firm has not answered yet and that are still to come; nothing where there is none. */
function Invitations() {
  const words = useWords();
  const answer = useAsk(INVITED, {});
  return (
    <Shown answer={answer}>
      {({ outreachAttendances }) => {
        const open = outreachAttendances.nodes.filter(({ session }) => session?.status === "ANNOUNCED" && session.startsAt > new Date().toISOString());
        return open.length > 0 && (
          <List
            header={<h2 style={{ margin: 0 }}>{words.home.invitations}</h2>}
            dataSource={open}
            renderItem={({ session }) => session && (
              <List.Item>
                <List.Item.Meta title={<Link to={`/sessions?session=${encodeURIComponent(session.id)}`}>{session.topic}</Link>} description={shanghai(session.startsAt)} />
              </List.Item>
            )}
          />
        );
      }}
    </Shown>
  );
}

function Gaps() {
  const words = useWords();
  const answer = useAsk(GAPS, {});
  return (
    <Shown answer={answer}>
      {(data) => (
        <Row gutter={[16, 16]}>
          {([
            [words.home.overdue, data.overdue.totalCount, "/diagnoses?overdue"],
            [words.home.stuck, data.stuck.totalCount, "/diagnoses?stuck=30"],
            [words.home.held, data.held.totalCount, "/diagnoses?held"],
            [words.home.undiagnosed, data.undiagnosed.totalCount, "/enterprises?undiagnosed"],
            [words.home.withoutContact, data.withoutContact.totalCount, "/enterprises?uncontacted"],
          ] as const).map(([title, count, path]) => (
            <Col xs={12} lg={{ flex: "20%" }} key={title}>
              <Link to={path}><Card><Statistic title={title} value={count ?? "—"} /></Card></Link>
            </Col>
          ))}
        </Row>
      )}
    </Shown>
  );
}
