import { Button, Empty, Modal, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { Shown, useAsk } from "../ask";
import { decimal } from "../format";
import { graphql } from "../gql";
import type { AppraisalNumber, AppraisalQuery, ClusterInput } from "../gql/graphql";
import { spoken, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { usePlaces } from "../places";
import { SheetTable } from "../sheet-table";

const APPRAISAL = graphql(`
  query Appraisal($year: Int!) {
    appraisal(year: $year) {
      year gradeAtLeast percentAtLeast formulaSince mark
      districts { district { code name nameInEnglish } onRoster diagnosed notDiagnosed diagnosedPercent target perWeek needed transforming resultUnknown ofDiagnosed ofAll overdue }
      whole { district { code name nameInEnglish } onRoster diagnosed notDiagnosed diagnosedPercent target perWeek needed transforming resultUnknown ofDiagnosed ofAll overdue }
    }
  }
`);
const FIRMS = graphql(`
  query AppraisalFirms($year: Int!, $district: String, $cluster: ClusterInput, $countedAs: AppraisalNumber, $first: Int, $after: String, $last: Int, $before: String) {
    appraisalFirms(year: $year, district: $district, cluster: $cluster, countedAs: $countedAs, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id district { code name nameInEnglish } diagnosed grade overdue enterprise { name uscc diagnosis { id } } }
    }
  }
`);

const useTexts = spoken(
  {
    none: "该年度没有名单，请先导入企业名单。", title: "区考核表", whole: "合计", ON_ROSTER: "名单内", DIAGNOSED: "已诊断", NOT_DIAGNOSED: "未诊断", TRANSFORMING: "数字化转型", RESULT_UNKNOWN: "结果不在范围内", OVERDUE: "有超期案件",
    share: "覆盖率 %", ofDiagnosed: "占已诊断 %", ofAll: "占名单 %", target: "目标", pace: "周进度 现 / 需", open: "查看企业", noFirms: "没有计入此数的企业。", outside: "现不在可见范围内", diagnosed: "已诊断", late: "超期",
    formula: (grade: number, percent: number, day: string) => `出具档不低于 ${grade} 档的企业计为数字化转型，要求占比 ${percent}%；口径 ${day} 起施行。点数字看其企业。`,
  },
  {
    none: "There is no roster of this year; import one first.", title: "Appraisal of districts", whole: "In all", ON_ROSTER: "On the roster", DIAGNOSED: "Diagnosed", NOT_DIAGNOSED: "Not diagnosed", TRANSFORMING: "Transforming", RESULT_UNKNOWN: "Result out of scope", OVERDUE: "With a late case",
    share: "Covered, %", ofDiagnosed: "Of diagnosed, %", ofAll: "Of roster, %", target: "Target", pace: "Pace a week, now / needed", open: "Show the firms", noFirms: "No firm is counted here.", outside: "outside your scope today", diagnosed: "Diagnosed", late: "late",
    formula: (grade: number, percent: number, day: string) => `A firm with an issued grade of ${grade} or more counts as transforming; ${percent} % are asked for. Formula in force since ${day}. A number opens to its firms.`,
  },
);
type Line = AppraisalQuery["appraisal"]["whole"];
type Opened = { number: AppraisalNumber; district: Line["district"]; cluster?: ClusterInput };
const NUMBERS = [["ON_ROSTER", "onRoster"], ["DIAGNOSED", "diagnosed"], ["NOT_DIAGNOSED", "notDiagnosed"], ["TRANSFORMING", "transforming"], ["RESULT_UNKNOWN", "resultUnknown"], ["OVERDUE", "overdue"]] as const;

/** The appraisal sheet of a year: each number of a district opens to the firms that it counts. */
export function AppraisalOf({ year }: { year: number }) {
  const place = usePlaces();
  const texts = useTexts();
  const words = useWords();
  const [opened, setOpened] = useState<Opened>();
  const answer = useAsk(APPRAISAL, { year });
  const of = (district: Line["district"]) => (district ? place(district) : texts.whole);
  const counted = ([number, field]: (typeof NUMBERS)[number]) => ({
    title: texts[number],
    align: "right" as const,
    render: (_: unknown, one: Line) => (
      <Button type="link" size="small" aria-label={`${of(one.district)} ${texts[number]} ${one[field]} ${texts.open}`} onClick={() => setOpened({ number, district: one.district })}>{one[field]}</Button>
    ),
  });
  return (
    <Shown answer={answer}>
      {({ appraisal }) =>
        appraisal.whole.onRoster === 0 ? (
          <Empty description={texts.none} />
        ) : (
          <>
            <p className="clause">{texts.formula(appraisal.gradeAtLeast, appraisal.percentAtLeast, appraisal.formulaSince)} <Tag>{words.rules.mark} {appraisal.mark.replace("_", "-")}</Tag></p>
            <SheetTable
              caption={texts.title}
              rowKey={(one) => one.district?.code ?? ""}
              dataSource={[appraisal.whole, ...appraisal.districts]}
              columns={[
                { title: words.fields.district, fixed: "left", render: (_, one) => (one.district ? of(one.district) : <strong>{texts.whole}</strong>) },
                counted(NUMBERS[0]), counted(NUMBERS[1]), counted(NUMBERS[2]),
                { title: texts.share, align: "right", render: (_, one) => decimal(one.diagnosedPercent) },
                { title: texts.target, align: "right", render: (_, one) => one.target ?? "—" },
                { title: texts.pace, align: "right", render: (_, one) => `${decimal(one.perWeek, 1)} / ${decimal(one.needed, 1)}` },
                counted(NUMBERS[3]),
                { title: texts.ofDiagnosed, align: "right", render: (_, one) => decimal(one.ofDiagnosed) },
                { title: texts.ofAll, align: "right", render: (_, one) => decimal(one.ofAll) },
                counted(NUMBERS[4]), counted(NUMBERS[5]),
              ]}
            />
            <Modal open={Boolean(opened)} title={opened && `${year} · ${of(opened.district)} · ${texts[opened.number]}`} onCancel={() => setOpened(undefined)} footer={null} width={760} destroyOnHidden>
              {opened && <AppraisedFirms year={year} opened={opened} />}
            </Modal>
          </>
        )
      }
    </Shown>
  );
}

/** The firms that a number counts, of a district or a cluster. */
export function AppraisedFirms({ year, opened }: { year: number; opened: Opened }) {
  const place = usePlaces();
  const texts = useTexts();
  const words = useWords();
  const asked = { year, district: opened.district?.code ?? null, cluster: opened.cluster ?? null, countedAs: opened.number };
  const paging = usePaging(JSON.stringify(asked));
  const answer = useAsk(FIRMS, { ...asked, ...paging.paging });
  return (
    <Shown answer={answer}>
      {({ appraisalFirms }) => (
        <PagedTable
          connection={appraisalFirms}
          paging={paging}
          rowKey={(one) => one.id}
          caption={texts[opened.number]}
          empty={texts.noFirms}
          fetching={answer.fetching}
          columns={[
            { title: words.fields.enterprise, render: (_, { enterprise }) => (!enterprise ? <span className="clause">{texts.outside}</span> : enterprise.diagnosis ? <Link to={`/diagnoses/${encodeURIComponent(enterprise.diagnosis.id)}`}>{enterprise.name}</Link> : enterprise.name) },
            { title: words.fields.district, render: (_, one) => place(one.district) },
            { title: texts.diagnosed, render: (_, one) => (one.diagnosed ? words.yes : words.no) },
            { title: words.fields.grade, align: "right", render: (_, one) => one.grade ?? "—" },
            { title: texts.late, render: (_, one) => (one.overdue ? <Tag color="#a8071a">{texts.late}</Tag> : "—") },
            { title: words.fields.uscc, className: "nowrap", render: (_, one) => one.enterprise?.uscc ?? "—" },
          ]}
        />
      )}
    </Shown>
  );
}
