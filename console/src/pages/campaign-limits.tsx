import { Button, DatePicker, Form, Input, InputNumber, Modal, Radio, Select, Tag } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { SourceMarkNames } from "../gql/enum-names";
import type { CampaignLimitsQuery, SourceMark, StageLimitsInput } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";

const LIMITS = graphql(`
  query CampaignLimits($id: ID!, $statedAfter: String) {
    campaign(id: $id) {
      id until
      stageLimits { since isOwn source mark limits { selfAssessment evidenceCheck siteVisit report internalReview sampledCheck confirmation objection filing reading followUpMonths followUp remindBefore } }
      stageLimitsStated(first: 50, after: $statedAfter) { pageInfo { hasNextPage endCursor } nodes { since isOwn source mark limits { selfAssessment evidenceCheck siteVisit report internalReview sampledCheck confirmation objection filing reading followUpMonths followUp remindBefore } } }
    }
  }
`);
const SET = graphql(`
  mutation SetCampaignLimits($campaign: ID!, $since: Date!, $limits: StageLimitsInput, $source: String!, $mark: SourceMark!) {
    setCampaignLimits(input: { campaign: $campaign, since: $since, limits: $limits, source: $source, mark: $mark }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  {
    title: "环节时限", own: "本批次自定", byRule: "按全市规则", holds: (since: string, source: string, mark: string) => `自 ${since} 起；来源：“${source}”（标记 ${mark}）。`, counted: "均以工作日计，按诊断开启之日适用；已开启的诊断不受其后设定影响。区级如需延长个别诊断的环节，在该诊断中写明理由延长。", stated: "本批次历次设定", limits: "时限",
    set: "设定环节时限", setText: "自起始日起在本批次开启的诊断按此办理。起始日不早于今日，不晚于批次截止日。", since: "起始日", whose: "按何时限", source: "来源", mark: "来源标记",
    stages: { selfAssessment: "自评", evidenceCheck: "资料核验", siteVisit: "现场诊断", report: "报告编制", internalReview: "机构内审", sampledCheck: "抽样评估", confirmation: "企业确认", objection: "异议处理", filing: "区级备案", reading: "专家解读", followUp: "回访报告", remindBefore: "提前提醒" },
    months: "跟踪回访（备案后月数）", monthsHelp: "如 6 和 12", days: (count: number) => `${count} 个工作日`, monthsTold: (months: readonly number[]) => months.map((one) => `${one} 个月`).join("、"), stage: "环节",
  },
  {
    title: "Stage limits", own: "the campaign's own", byRule: "the city's rule", holds: (since: string, source: string, mark: string) => `From ${since}; source: “${source}” (mark ${mark}). `, counted: "All in working days, as they held on the day a diagnosis was opened; what is set later changes nothing of cases under way. A district extends the stage of one case there, with its reason.", stated: "What this campaign has stated", limits: "Limits",
    set: "Set the limits", setText: "Diagnoses opened in this campaign from the first day on go by them. The first day is today or later, and no later than the campaign's last.", since: "First day", whose: "By which limits", source: "Source", mark: "Mark of the source",
    stages: { selfAssessment: "Self-assessment", evidenceCheck: "Check of the evidence", siteVisit: "Visit on site", report: "Report", internalReview: "Internal review", sampledCheck: "Sampled re-assessment", confirmation: "The firm's confirmation", objection: "Objection", filing: "Filing by the district", reading: "Reading with experts", followUp: "Report of a follow-up", remindBefore: "Reminder before" },
    months: "Follow-up, months after the filing", monthsHelp: "Such as 6 and 12", days: (count: number) => `${count} working days`, monthsTold: (months: readonly number[]) => months.map((one) => `${one} months`).join(", "), stage: "Stage",
  },
);
type Told = NonNullable<CampaignLimitsQuery["campaign"]>["stageLimits"];
type Limits = NonNullable<Told["limits"]>;
const STAGES = ["selfAssessment", "evidenceCheck", "siteVisit", "report", "internalReview", "sampledCheck", "confirmation", "objection", "filing", "reading", "followUp", "remindBefore"] as const;
type Given = Record<(typeof STAGES)[number], number> & { since: Dayjs; own: boolean; followUpMonths: (string | number)[]; source: string; mark: SourceMark };

/** How long each stage of a campaign's diagnoses takes, and by whose word; the city sets it, everyone reads it. */
export function CampaignLimits({ campaign, closed }: { campaign: string; closed: boolean }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const [setting, setSetting] = useState(false);
  const answer = useAsk(LIMITS, { id: campaign });
  const needed = [{ required: true, message: words.signIn.missing }];
  const marked = (mark: string) => mark.replace("_", "-");

  async function sent({ since, own: stated, source, mark, ...given }: Given) {
    const limits: StageLimitsInput | null = stated ? { ...(Object.fromEntries(STAGES.map((one) => [one, given[one]])) as Record<(typeof STAGES)[number], number>), followUpMonths: given.followUpMonths.map(Number) } : null;
    const { data, errors } = await send(SET, { campaign, since: since.format("YYYY-MM-DD"), limits, source, mark });
    if (!data || errors.length) return;
    setSetting(false);
    answer.again();
  }

  return (
    <Shown answer={answer}>
      {({ campaign: shown }) => {
        const holds = shown?.stageLimits;
        if (!shown || !holds?.limits) return null;
        const { limits } = holds;
        const rows = [...STAGES.map((one) => ({ key: one, stage: texts.stages[one], told: texts.days(limits[one]) })), { key: "months", stage: texts.months, told: texts.monthsTold(limits.followUpMonths) }];
        return (
          <section aria-label={texts.title}>
            <h2>{texts.title} <Tag>{holds.isOwn ? texts.own : texts.byRule}</Tag></h2>
            <p className="clause">{texts.holds(holds.since, holds.source, marked(holds.mark))}{texts.counted}</p>
            {viewer.role === "CITY" && !closed && <Button style={{ marginBottom: 12 }} onClick={() => setSetting(true)}>{texts.set}</Button>}
            <SheetTable caption={texts.title} rowKey="key" dataSource={rows} style={{ maxWidth: 640 }} columns={[{ title: texts.stage, dataIndex: "stage" }, { title: texts.limits, align: "right", dataIndex: "told" }]} />
            {shown.stageLimitsStated.nodes.length > 0 && (
              <SheetTable caption={texts.stated} rowKey="since" dataSource={shown.stageLimitsStated.nodes} columns={[
                { title: texts.since, render: (_, one) => <span className="nowrap">{one.since}</span> },
                { title: texts.whose, render: (_, one) => <Tag>{one.isOwn ? texts.own : texts.byRule}</Tag> },
                { title: texts.limits, render: (_, one) => (one.limits ? told(one.limits, texts) : "—") },
                { title: texts.source, render: (_, one) => <>{one.source} <Tag>{marked(one.mark)}</Tag></> },
              ]} />
            )}
            <Modal open={setting} title={texts.set} onCancel={() => setSetting(false)} footer={null} destroyOnHidden>
              <p>{texts.setText}</p>
              <KeptForm<Given> about={`limits ${campaign}`} layout="vertical" initialValues={{ own: true, since: dayjs(), mark: "I", ...limits }} onFinish={(given) => void sent(given)}>
                <Form.Item name="since" label={texts.since} rules={needed}><DatePicker style={{ width: "100%" }} /></Form.Item>
                <Form.Item name="own" label={texts.whose}><Radio.Group options={[{ value: true, label: texts.own }, { value: false, label: texts.byRule }]} /></Form.Item>
                <Form.Item noStyle dependencies={["own"]}>
                  {({ getFieldValue }) => getFieldValue("own") && (
                    <>
                      {STAGES.map((one) => <Form.Item key={one} name={one} label={texts.stages[one]} rules={needed}><InputNumber min={0} precision={0} style={{ width: 160 }} /></Form.Item>)}
                      <Form.Item name="followUpMonths" label={texts.months} extra={texts.monthsHelp} rules={needed}><Select mode="tags" tokenSeparators={[",", "，", "、", " "]} /></Form.Item>
                    </>
                  )}
                </Form.Item>
                <Form.Item name="source" label={texts.source} rules={needed}><Input /></Form.Item>
                <Form.Item name="mark" label={texts.mark} rules={needed}><Select options={Object.keys(SourceMarkNames).map((value) => ({ value, label: name(SourceMarkNames, value) }))} /></Form.Item>
                <Button type="primary" htmlType="submit">{words.send}</Button>
              </KeptForm>
            </Modal>
          </section>
        );
      }}
    </Shown>
  );
}

function told(limits: Limits, texts: ReturnType<typeof useTexts>): string {
  return [...STAGES.map((one) => `${texts.stages[one]} ${limits[one]}`), `${texts.months} ${limits.followUpMonths.join("/")}`].join(" · ");
}
