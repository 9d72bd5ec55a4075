import { Alert, Button, Empty, Space, Statistic } from "antd";

import { Shown, useAsk } from "../ask";
import { decimal, shanghai } from "../format";
import { graphql } from "../gql";
import { MoveReasonKindNames, ShadowStatusNames } from "../gql/enum-names";
import { spoken, useNames, useSaid, useWords } from "../language";
import { SheetTable } from "../sheet-table";

const SHADOW = graphql(`
  query Shadow($id: ID!) {
    shadow(revision: $id) {
      number status draftVersion outdated requestedAt endedAt done total failure
      outcome { blurred counts { same up down notRescorable } matrix { grade diagnoses } reasons { kind subject name diagnoses } obstacles { sentence sentenceInEnglish diagnoses } reworded
        sensitivity { replaces edition parameters { clause label value less { value firms } more { value firms } } } }
    }
  }
`);

const useTexts = spoken(
  {
    none: "尚未做影子测算。", run: (number: number, version: number, at: string) => `第 ${number} 次，依据草案第 ${version} 稿，${at}`, outdated: "测算之后草案又有修改，请重新测算。", running: (done: number, total: number) => `正在测算 ${done} / ${total}`, blurred: "为保护企业，少于五家的不显示，其余取最接近的五的倍数。",
    same: "档次不变", up: "上升", down: "下降", not: "不可测算", matrix: "等级迁移矩阵", from: "现档", to: (grade: number) => (grade ? `${grade} 档` : "未达"), why: "变动原因", kind: "类别", what: "门槛或指标", count: "诊断数", obstacles: "不可测算的原因", withheld: "不显示", sensitivity: "敏感性", sensitivityText: "各参数单独改到何处，才开始有诊断变档。", parameter: "参数", now: "现值", less: "向下至", more: "向上至", never: "范围内不变档", moved: (value: string, firms: string) => `${value}（${firms} 件）`, reworded: (count: number) => `${count} 件依据的问题表述有变，须谨慎看待。`,
  },
  {
    none: "The draft was not re-scored yet.", run: (number: number, version: number, at: string) => `Run ${number}, of draft version ${version}, ${at}`, outdated: "The draft has changed since; ask for another run.", running: (done: number, total: number) => `${done} of ${total} done`, blurred: "To protect firms, one to four are withheld and others are given to the nearest five.",
    same: "Same grade", up: "Higher", down: "Lower", not: "Not re-scored", matrix: "Migration matrix", from: "Issued", to: (grade: number) => (grade ? `Grade ${grade}` : "Below 1"), why: "Why they move", kind: "Kind", what: "Gate or indicator", count: "Diagnoses", obstacles: "Why some cannot be re-scored", withheld: "withheld", sensitivity: "Sensitivity", sensitivityText: "How far each parameter may go by itself before a grade moves.", parameter: "Parameter", now: "Now", less: "Down to", more: "Up to", never: "no grade moves", moved: (value: string, firms: string) => `${value} (${firms})`, reworded: (count: number) => `${count} rest on questions that the draft words otherwise: read with caution.`,
  },
);

/** What a draft would do to the diagnoses that were issued: how many move, from which grade to which, and why. */
export function RevisionShadow({ revision }: { revision: string }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const said = useSaid();
  const answer = useAsk(SHADOW, { id: revision });
  const count = (given: number | null) => (given === null ? texts.withheld : given);
  const moved = (to: { value: string; firms: number | null } | null) => (to ? texts.moved(decimal(to.value), String(count(to.firms))) : texts.never);
  return (
    <Shown answer={answer}>
      {({ shadow }) => {
        if (!shadow) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={texts.none} />;
        const { outcome } = shadow;
        const grades = outcome ? outcome.matrix.map((row) => row.grade).filter((grade) => outcome.matrix.some((row) => (row.grade === grade ? row.diagnoses : [row.diagnoses[grade]]).some((one) => one !== 0))) : [];
        return (
          <>
            <p className="clause">{texts.run(shadow.number, shadow.draftVersion, shanghai(shadow.endedAt ?? shadow.requestedAt))} · {name(ShadowStatusNames, shadow.status)}</p>
            {shadow.outdated && <Alert type="warning" title={texts.outdated} style={{ marginBottom: 12 }} />}
            {shadow.status === "RUNNING" && <Alert type="info" title={texts.running(shadow.done ?? 0, shadow.total ?? 0)} action={<Button onClick={answer.again}>{words.retry}</Button>} />}
            {shadow.failure && <Alert type="error" title={shadow.failure} />}
            {outcome && (
              <>
                {outcome.blurred && <p className="clause">{texts.blurred}</p>}
                <Space wrap size="large">
                  {([[texts.same, outcome.counts.same], [texts.up, outcome.counts.up], [texts.down, outcome.counts.down], [texts.not, outcome.counts.notRescorable]] as const).map(([title, value]) => <Statistic key={title} title={title} value={count(value)} />)}
                </Space>
                {typeof outcome.reworded === "number" && outcome.reworded > 0 && <p className="clause">{texts.reworded(outcome.reworded)}</p>}
                <h3>{texts.matrix}</h3>
                <SheetTable
                  bordered
                  rowKey="grade"
                  caption={texts.matrix}
                  style={{ maxWidth: 760 }}
                  dataSource={outcome.matrix.filter((row) => grades.includes(row.grade))}
                  columns={[
                    { title: texts.from, render: (_, row) => <strong>{texts.to(row.grade)}</strong> },
                    ...grades.map((grade) => ({ title: texts.to(grade), align: "right" as const, render: (_: unknown, row: (typeof outcome.matrix)[number]) => { const found = row.diagnoses[grade]; return found ? (row.grade === grade ? found : <strong>{found}</strong>) : found === null ? texts.withheld : "·"; } })),
                  ]}
                />
                {outcome.reasons.length > 0 && (
                  <>
                    <h3>{texts.why}</h3>
                    <SheetTable rowKey={(one) => one.kind + one.subject} caption={texts.why} style={{ maxWidth: 760 }} dataSource={outcome.reasons} columns={[
                      { title: texts.kind, render: (_, one) => name(MoveReasonKindNames, one.kind) },
                      { title: texts.what, render: (_, one) => one.name },
                      { title: texts.count, align: "right", render: (_, one) => count(one.diagnoses) },
                    ]} />
                  </>
                )}
                {outcome.sensitivity.filter((one) => one.parameters.length > 0).map((one) => (
                  <section key={one.edition}>
                    <h3>{texts.sensitivity} {one.replaces}</h3>
                    <p className="clause">{texts.sensitivityText}</p>
                    <SheetTable rowKey="clause" caption={`${texts.sensitivity} ${one.replaces}`} style={{ maxWidth: 760 }} dataSource={one.parameters} columns={[
                      { title: texts.parameter, render: (_, row) => row.label },
                      { title: texts.now, align: "right", render: (_, row) => decimal(row.value) },
                      { title: texts.less, align: "right", render: (_, row) => moved(row.less) },
                      { title: texts.more, align: "right", render: (_, row) => moved(row.more) },
                    ]} />
                  </section>
                ))}
                {outcome.obstacles.length > 0 && (
                  <>
                    <h3>{texts.obstacles}</h3>
                    <SheetTable rowKey="sentence" caption={texts.obstacles} style={{ maxWidth: 760 }} dataSource={outcome.obstacles} columns={[
                      { title: texts.obstacles, render: (_, one) => said(one.sentence, one.sentenceInEnglish) },
                      { title: texts.count, align: "right", render: (_, one) => count(one.diagnoses) },
                    ]} />
                  </>
                )}
              </>
            )}
          </>
        );
      }}
    </Shown>
  );
}
