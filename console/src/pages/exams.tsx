import { Card, Empty, Tag, Typography } from "antd";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { decimal, shanghai } from "../format";
import { graphql } from "../gql";
import { ExamStatusNames } from "../gql/enum-names";
import type { OwnExamsQuery, TrainingsQuery } from "../gql/graphql";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { ExamSat } from "./exam-sat";

const TRAININGS = graphql(`
  query Trainings {
    trainings { edition title source mark modules { id title hours questions } basicQuestions appliedQuestions advancedQuestions goldCases sessions(last: 20) { totalCount nodes { id title on attended } } }
  }
`);
const EXAMS = graphql(`
  query Exams($first: Int, $after: String, $last: Int, $before: String) {
    exams(first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { edition status person { id name } tries { enrolledOn status points agreement overOn } }
    }
  }
`);
const OWN = graphql(`query OwnExams { viewer { actor } ownExams { edition status tries { enrolledOn status endsAt correct points agreement overOn commitment } } }`);
const STAFF = graphql(`query StaffToEnrol($peopleAfter: String) { people(role: [PROVIDER, DIAGNOSTICIAN, REVIEWER, MARKER, ARBITER, SAMPLER, READER], first: 100, after: $peopleAfter) { pageInfo { hasNextPage endCursor } nodes { id name } } }`);
const ENROL = graphql(`mutation EnrolForExam($training: ID!, $person: ID!) { enrolForExam(input: { training: $training, person: $person }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    title: "培训与考试", trainings: "培训教材", noTraining: "尚未发布培训教材，由市级部门发布。", bank: (basic: number, applied: number, advanced: number, cases: number) => `题库：基础 ${basic} 题、应用 ${applied} 题、综合 ${advanced} 题，标准案例 ${cases} 个；试题不公开。`, modules: "培训模块", hours: "学时", questions: "题数", sessions: "培训班", attended: "出席人数", latest: (shown: number, all: number) => `列出最近 ${shown} 期，共 ${all} 期。`,
    exams: "考试名单", noExams: "尚无人报名。点击“报名”为本机构人员报名；题目在开考时抽取。", enrol: "报名", enrolText: "报名时公布抽题种子的散列，试卷此时尚不存在；应试人员自行开考，从开考起计时。", training: "适用标准版本", tries: "次数", points: "得分", agreement: "实操一致性", over: "结束日期", enrolled: "报名日期",
    own: "本人考试", none: "尚未报名。请本机构负责人在此页报名，之后在此开考。", commitment: "抽题承诺", right: "答对题数",
  },
  {
    title: "Training and exams", trainings: "Training", noTraining: "No training is published yet; the city publishes it.", bank: (basic: number, applied: number, advanced: number, cases: number) => `Bank: ${basic} basic, ${applied} applied and ${advanced} advanced questions, ${cases} gold cases; none is public.`, modules: "Modules", hours: "Hours", questions: "Questions", sessions: "Sessions", attended: "Attended", latest: (shown: number, all: number) => `The latest ${shown} of ${all}.`,
    exams: "Examinations", noExams: "Nobody is enrolled. Enrol people of your organisation here; the paper is drawn when it begins.", enrol: "Enrol", enrolText: "The digest of the seed that draws the paper is told now, and there is no paper yet; whoever is examined begins by themselves, and the time runs from then.", training: "Edition", tries: "Tries", points: "Points", agreement: "Agreement in practice", over: "Over on", enrolled: "Enrolled on",
    own: "Your examinations", none: "You are not enrolled. The manager of your organisation enrols you on this page; then you begin here.", commitment: "Digest of the seed", right: "Right answers",
  },
);

const SEEN_BY = ["CITY", "PROVIDER", "AUDITOR"];
const SAT_BY = ["PROVIDER", "DIAGNOSTICIAN", "REVIEWER", "MARKER", "ARBITER", "SAMPLER", "READER"];

/** What diagnosticians are taught and examined in: the texts and courses, who is enrolled, and one's own examination, which is sat here. */
export function Exams() {
  const texts = useTexts();
  const { viewer } = useViewer();
  const trainings = useAsk(TRAININGS, {});
  return (
    <>
      <h1>{texts.title}</h1>
      <Shown answer={trainings}>
        {({ trainings: taught }) => (
          <>
            {SAT_BY.includes(viewer.role) && <Own needed={viewer.role !== "PROVIDER"} />}
            {SEEN_BY.includes(viewer.role) && <Enrolled taught={taught} />}
            <h2>{texts.trainings}</h2>
            {taught.length ? taught.map((one) => <Taught key={one.edition} training={one} />) : <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={texts.noTraining} />}
          </>
        )}
      </Shown>
    </>
  );
}

function Taught({ training }: { training: TrainingsQuery["trainings"][number] }) {
  const texts = useTexts();
  const words = useWords();
  return (
    <Card title={<span style={{ whiteSpace: "normal" }}>{training.title}</span>} style={{ marginBottom: 16 }}>
      <Typography.Paragraph type="secondary">{training.source}{words.aside(training.mark.replace("_", "-"))}</Typography.Paragraph>
      <p>{texts.bank(training.basicQuestions, training.appliedQuestions, training.advancedQuestions, training.goldCases)}</p>
      <SheetTable caption={texts.modules} rowKey="id" dataSource={training.modules} columns={[
        { title: texts.modules, dataIndex: "title" },
        { title: texts.hours, align: "right", dataIndex: "hours" },
        { title: texts.questions, align: "right", dataIndex: "questions" },
      ]} />
      {training.sessions.nodes.length > 0 && (
        <SheetTable caption={texts.sessions} rowKey="id" dataSource={training.sessions.nodes} columns={[
          { title: texts.sessions, dataIndex: "title" },
          { title: words.fields.at, dataIndex: "on", className: "nowrap" },
          { title: texts.attended, align: "right", dataIndex: "attended" },
        ]} />
      )}
      {(training.sessions.totalCount ?? 0) > training.sessions.nodes.length && <p className="clause">{texts.latest(training.sessions.nodes.length, training.sessions.totalCount ?? 0)}</p>}
    </Card>
  );
}

/** Who is examined, to whom it is to know; who answers for people enrols them. */
function Enrolled({ taught }: { taught: TrainingsQuery["trainings"] }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const enrols = viewer.role !== "AUDITOR";
  const paging = usePaging("");
  const answer = useAsk(EXAMS, paging.paging);
  const staff = useAsk(STAFF, {}, !enrols).data?.people.nodes ?? [];
  return (
    <>
      <h2>{texts.exams}</h2>
      {enrols && taught.length > 0 && (
        <div className="bar">
          <Acts about="exams" done={answer.again} acts={[{
            label: texts.enrol,
            primary: true,
            says: texts.enrolText,
            fields: [
              { name: "person", label: words.fields.person, kind: "one", options: staff.map((one) => ({ value: one.id, label: one.name ?? one.id })) },
              { name: "training", label: texts.training, kind: "one", options: taught.map((one) => ({ value: one.edition, label: one.title })) },
            ],
            send: (given: { person: string; training: string }) => send(ENROL, given),
          }]} />
        </div>
      )}
      <Shown answer={answer}>
        {({ exams }) => (
          <PagedTable
            connection={exams}
            paging={paging}
            rowKey={(one) => `${one.edition} ${one.person?.id}`}
            caption={texts.exams}
            empty={texts.noExams}
            fetching={answer.fetching}
            columns={[
              { title: words.fields.person, render: (_, one) => one.person?.name ?? "—" },
              { title: texts.training, dataIndex: "edition" },
              { title: words.fields.status, render: (_, one) => <Tag>{name(ExamStatusNames, one.status)}</Tag> },
              { title: texts.tries, align: "right", render: (_, one) => one.tries.length },
              { title: texts.enrolled, className: "nowrap", render: (_, one) => one.tries.at(-1)?.enrolledOn ?? "—" },
              { title: texts.points, align: "right", render: (_, one) => decimal(one.tries.at(-1)?.points, 1) },
              { title: texts.agreement, align: "right", render: (_, one) => decimal(one.tries.at(-1)?.agreement, 2) },
              { title: texts.over, className: "nowrap", render: (_, one) => one.tries.at(-1)?.overOn ?? "—" },
            ]}
          />
        )}
      </Shown>
    </>
  );
}

function Own({ needed }: { needed: boolean }) {
  const texts = useTexts();
  const answer = useAsk(OWN, {});
  return (
    <Shown answer={answer}>
      {({ viewer, ownExams }) => {
        if (!ownExams.length) return needed && <><h2>{texts.own}</h2><Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={texts.none} /></>;
        return (
          <>
            <h2>{texts.own}</h2>
            {ownExams.map((one) => <OwnExam key={one.edition} exam={one} person={`person/${viewer.actor ?? ""}`} again={answer.again} />)}
          </>
        );
      }}
    </Shown>
  );
}

function OwnExam({ exam, person, again }: { exam: OwnExamsQuery["ownExams"][number]; person: string; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  return (
    <Card title={`${texts.training} ${exam.edition}`} extra={<Tag>{name(ExamStatusNames, exam.status)}</Tag>} style={{ marginBottom: 16 }}>
      <ExamSat edition={exam.edition} person={person} status={exam.status} again={again} />
      <SheetTable caption={texts.tries} rowKey="commitment" dataSource={exam.tries} columns={[
        { title: texts.enrolled, dataIndex: "enrolledOn", className: "nowrap" },
        { title: words.fields.status, render: (_, one) => name(ExamStatusNames, one.status) },
        { title: words.fields.until, className: "nowrap", render: (_, one) => shanghai(one.endsAt) },
        { title: texts.right, align: "right", render: (_, one) => one.correct ?? "—" },
        { title: texts.points, align: "right", render: (_, one) => decimal(one.points, 1) },
        { title: texts.agreement, align: "right", render: (_, one) => decimal(one.agreement, 2) },
        { title: texts.over, className: "nowrap", render: (_, one) => one.overOn ?? "—" },
        { title: texts.commitment, render: (_, one) => <code title={one.commitment}>{one.commitment.slice(0, 12)}…</code> },
      ]} />
    </Card>
  );
}
