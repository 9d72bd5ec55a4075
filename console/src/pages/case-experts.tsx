import { Tag } from "antd";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { RoleNames } from "../gql/enum-names";
import type { ExpertsOfCaseQuery, Role } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";

const ASSIGNED = graphql(`query ExpertsOfCase($id: ID!, $assignmentsAfter: String) { diagnosis(id: $id) { assignments(first: 50, after: $assignmentsAfter) { pageInfo { hasNextPage endCursor } nodes { id role since until endedByFirstDay conflict ended expert { id name } } } } }`);
const EXPERTS = graphql(`query Experts($peopleAfter: String) { people(role: [ARBITER, SAMPLER, READER, MARKER], first: 100, after: $peopleAfter) { pageInfo { hasNextPage endCursor } nodes { id name memberships(first: 5) { nodes { role } } } } }`);
const ASSIGN = graphql(`mutation AssignExpert($id: ID!, $expert: ID!, $role: Role!, $since: Date!, $until: Date!) { assignExpert(input: { diagnosis: $id, expert: $expert, role: $role, since: $since, until: $until }) { userErrors { code clause field bound message messageInEnglish } } }`);
const RELEASE = graphql(`mutation ReleaseExpert($id: ID!, $assignment: ID!) { releaseExpert(input: { diagnosis: $id, assignment: $assignment }) { userErrors { code clause field bound message messageInEnglish } } }`);
const EXPERT: Role[] = ["ARBITER", "READER", "SAMPLER", "MARKER"];
const useTexts = spoken(
  { title: "指派的专家", none: "尚未指派专家。申请仲裁的，指派仲裁专家后由其提交意见。", assign: "指派专家", assignText: "本案在起止日内对该专家开放，首末日均含。", expert: "专家", since: "起始日", until: "截止日", release: "解除指派", releaseText: "即时生效，本案不再对其开放。", days: (since: string, until: string) => `${since} 至 ${until}`, over: "已结束", early: (since: string) => `自 ${since}，首日或此前已解除`, conflict: (why: string) => `已申明回避：${why}` },
  { title: "Experts", none: "No expert is assigned. For an arbitration, assign arbiters, who then give their opinions.", assign: "Assign an expert", assignText: "The case is open to the expert on these days, both included.", expert: "Expert", since: "First day", until: "Last day", release: "Release", releaseText: "At once; the case is closed to the expert.", days: (since: string, until: string) => `${since} to ${until}`, over: "over", early: (since: string) => `from ${since}, ended by its first day`, conflict: (why: string) => `declared a conflict: ${why}` },
);

type Assigned = NonNullable<NonNullable<ExpertsOfCaseQuery["diagnosis"]>["assignments"]>["nodes"][number];

/** To whom the city has opened a case, and assigning or releasing one. */
export function CaseExperts({ diagnosis }: { diagnosis: string }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const city = viewer.role === "CITY";
  const answer = useAsk(ASSIGNED, { id: diagnosis });
  const experts = useAsk(EXPERTS, {}, !city).data?.people.nodes ?? [];
  return (
    <Shown answer={answer}>
      {({ diagnosis: found }) => (
        <section aria-label={texts.title}>
          <div className="bar" style={{ marginTop: 24, marginBottom: 8 }}>
            <h2 style={{ margin: 0 }}>{texts.title}</h2>
            <Acts about={diagnosis} done={answer.again} acts={[city && { label: texts.assign, says: texts.assignText, fields: [{ name: "expert", label: texts.expert, kind: "one", options: experts.flatMap((one) => [...new Set(one.memberships.nodes.map((held) => held.role))].filter((role) => EXPERT.includes(role)).map((role) => ({ value: `${role} ${one.id}`, label: `${one.name ?? one.id} ${name(RoleNames, role)}` }))) }, { name: "since", label: texts.since, kind: "day" }, { name: "until", label: texts.until, kind: "day" }], send: ({ expert, ...given }: { expert: string; since: string; until: string }) => send(ASSIGN, { id: diagnosis, role: expert.split(" ")[0] as Role, expert: expert.split(" ")[1] ?? "", ...given }) }]} />
          </div>
          {found?.assignments?.nodes.length ? (
            <SheetTable rowKey="id" caption={texts.title} dataSource={found.assignments.nodes} columns={[
              { title: texts.expert, render: (_, one) => one.expert?.name ?? "—" },
              { title: words.fields.role, render: (_, one) => <Tag>{name(RoleNames, one.role)}</Tag> },
              { title: words.fields.since, className: "nowrap", render: (_, one) => one.endedByFirstDay ? texts.early(one.since) : texts.days(one.since, one.until) },
              { title: words.fields.status, render: (_, one) => <>{one.ended && <Tag>{texts.over}</Tag>} {one.conflict && texts.conflict(one.conflict)}</> },
              ...(city ? [{ key: "acts", render: (_: unknown, one: Assigned) => !one.ended && <Acts about={one.id} small done={answer.again} acts={[{ label: texts.release, danger: true, says: texts.releaseText, send: () => send(RELEASE, { id: diagnosis, assignment: one.id }) }]} /> }] : []),
            ]} />
          ) : <p>{texts.none}</p>}
        </section>
      )}
    </Shown>
  );
}
