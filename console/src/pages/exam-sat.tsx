import { Alert, Button, Checkbox, Select, Space, Statistic, Tag, Typography } from "antd";
import { useRef, useState } from "react";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import type { ExamStatus, OwnPaperQuery } from "../gql/graphql";
import { spoken, useWords } from "../language";

const PAPER = graphql(`
  query OwnPaper($edition: ID!, $key: String!) {
    ownExamPaper(edition: $edition) { endsAt questions { id text options { letter text } chosen } practicalCase { title text indicators } }
    edition(key: $key) { indicators { id name } }
  }
`);
const BEGIN = graphql(`mutation BeginExam($training: ID!, $person: ID!) { beginExam(input: { training: $training, person: $person }) { userErrors { code clause field bound message messageInEnglish } } }`);
const SAVE = graphql(`mutation SaveExamAnswers($training: ID!, $person: ID!, $given: [ExamAnswerInput!]!) { saveExamAnswers(input: { training: $training, person: $person, given: $given }) { userErrors { code clause field bound message messageInEnglish } } }`);
const HAND_IN = graphql(`mutation HandInExam($training: ID!, $person: ID!) { handInExam(input: { training: $training, person: $person }) { userErrors { code clause field bound message messageInEnglish } } }`);
const PRACTICAL = graphql(`mutation SubmitPracticalPart($training: ID!, $person: ID!, $levels: [CaseLevelInput!]!) { submitPracticalPart(input: { training: $training, person: $person, levels: $levels }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    begin: "开始考试", beginText: "开始后即计时，以服务器时间为准，不能暂停；到时未交的由系统收卷，已保存的照常评分。", left: "剩余时间", ends: (at: string) => `${at} 截止`, several: "每题可能有一个以上正确选项：须选全、不多选。", saved: "已保存", saving: "保存中…", unsaved: "未保存，随下一次作答或交卷再存", answered: (done: number, all: number) => `已答 ${done} / ${all} 题`, handIn: "交卷", handInText: (open: number) => (open ? `还有 ${open} 题未答，交卷后不能再改。` : "交卷后不能再改，当场评分。"), over: "考试时间已到，正在收卷；请稍后重新读取。",
    practical: "实操案例", practicalText: "逐项评定等级，以与标准案例的一致性评定；提交后不能再改。", level: "等级", submit: "提交实操结果",
  },
  {
    begin: "Begin the examination", beginText: "The time runs from then on by the server's clock and cannot be stopped; what is saved when it is over is marked.", left: "Time left", ends: (at: string) => `Until ${at}`, several: "More than one option may be right: choose all that are, and no other.", saved: "Saved", saving: "Saving…", unsaved: "Not saved; it goes along with the next answer, or when you hand in", answered: (done: number, all: number) => `${done} of ${all} answered`, handIn: "Hand in", handInText: (open: number) => (open ? `${open} questions are open; nothing can be changed once it is handed in.` : "Nothing can be changed once it is handed in; it is marked at once."), over: "The time is over and the paper is being taken in; read again in a moment.",
    practical: "Practical case", practicalText: "Give each indicator a level; what counts is how far you agree with the gold case. Nothing can be changed once it is submitted.", level: "Level", submit: "Submit the levels",
  },
);
const LEVELS = ["0", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5"];
type Paper = NonNullable<OwnPaperQuery["ownExamPaper"]>;
type Sat = { edition: string; person: string; again: () => void };

/** What an examinee does next: begins, answers against the clock, then gives levels to a case. */
export function ExamSat({ edition, person, status, again }: Sat & { status: ExamStatus }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const running = status === "RUNNING" || status === "PRACTICAL_DUE";
  const answer = useAsk(PAPER, { edition, key: edition }, !running);
  if (status === "ENROLLED") return <Acts about={edition} done={again} acts={[{ label: texts.begin, primary: true, says: texts.beginText, send: () => send(BEGIN, { training: edition, person }) }]} />;
  if (!running) return null;
  return (
    <Shown answer={answer}>
      {({ ownExamPaper: paper, edition: found }) => {
        if (paper?.practicalCase) return <Practical of={paper.practicalCase} names={new Map(found?.indicators.map((one) => [one.id, one.name]))} {...{ edition, person, again }} />;
        if (paper?.questions.length) return <Questions paper={paper} {...{ edition, person, again }} />;
        return <Alert type="info" title={texts.over} action={<Button onClick={again}>{words.retry}</Button>} />;
      }}
    </Shown>
  );
}

function Questions({ paper, edition, person, again }: Sat & { paper: Paper }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const [chosen, setChosen] = useState(() => Object.fromEntries(paper.questions.map((one) => [one.id, one.chosen])));
  const [state, setState] = useState<"saved" | "saving" | "unsaved">("saved");
  const waiting = useRef<Record<string, string[]>>({});
  const asked = { training: edition, person };

  /** Sends all that waits, in the order it was chosen; what could not be sent waits on. */
  async function save(): Promise<boolean> {
    const given = Object.entries(waiting.current).map(([question, options]) => ({ question, options }));
    if (!given.length) return true;
    setState("saving");
    const { data, errors } = await send(SAVE, { ...asked, given }, true);
    const saved = data !== undefined && data !== null && errors.length === 0;
    if (saved) for (const one of given) if (waiting.current[one.question] === one.options) delete waiting.current[one.question];
    setState(Object.keys(waiting.current).length ? "unsaved" : "saved");
    return saved;
  }
  function choose(question: string, options: string[]) {
    setChosen((before) => ({ ...before, [question]: options }));
    waiting.current[question] = options;
    void save();
  }
  const answered = paper.questions.filter((one) => chosen[one.id]?.length).length;
  return (
    <>
      <Space wrap size="large" style={{ marginBottom: 12 }}>
        {paper.endsAt && <Statistic.Timer type="countdown" title={texts.left} value={new Date(paper.endsAt).getTime()} onFinish={again} />}
        <span>
          {paper.endsAt && <div className="clause">{texts.ends(shanghai(paper.endsAt))}</div>}
          <div aria-live="polite">{texts.answered(answered, paper.questions.length)} · {texts[state]}</div>
        </span>
      </Space>
      <p>{texts.several}</p>
      <ol>
        {paper.questions.map((one) => (
          <li key={one.id} className="item">
            <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
              <legend style={{ padding: 0 }}>{one.text}</legend>
              <Checkbox.Group value={chosen[one.id] ?? []} onChange={(options) => choose(one.id, options)} style={{ display: "grid", gap: 4, marginTop: 8 }} options={one.options.map((option) => ({ value: option.letter, label: `${option.letter}. ${option.text}` }))} />
            </fieldset>
          </li>
        ))}
      </ol>
      <Acts about={edition} done={again} acts={[{
        label: texts.handIn,
        primary: true,
        says: texts.handInText(paper.questions.length - answered),
        send: async () => ((await save()) ? send(HAND_IN, asked) : { errors: [words.network] }),
      }]} />
    </>
  );
}

function Practical({ of, names, edition, person, again }: Sat & { of: NonNullable<Paper["practicalCase"]>; names: Map<string, string> }) {
  const texts = useTexts();
  const send = useSend();
  const [levels, setLevels] = useState<Record<string, string>>({});
  return (
    <>
      <h3>{texts.practical} <Tag>{of.title}</Tag></h3>
      <Typography.Paragraph style={{ whiteSpace: "pre-wrap" }}>{of.text}</Typography.Paragraph>
      <ul className="plain">
        {of.indicators.map((id) => (
          <li key={id} className="bar">
            <span className="grow">{id} {names.get(id)}</span>
            <Select aria-label={`${texts.level} ${id}`} placeholder={texts.level} value={levels[id] ?? null} onChange={(level) => setLevels((before) => ({ ...before, [id]: level ?? "" }))} options={LEVELS.map((value) => ({ value, label: value }))} style={{ width: 120 }} />
          </li>
        ))}
      </ul>
      <Acts about={edition} done={again} acts={[{ label: texts.submit, primary: true, says: texts.practicalText, send: () => send(PRACTICAL, { training: edition, person, levels: Object.entries(levels).map(([indicator, level]) => ({ indicator, level })) }) }]} />
    </>
  );
}
