import { App, Button, Form, InputNumber, Modal, Space } from "antd";
import { useState } from "react";

import { Shown, useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { CampaignStepNames } from "../gql/enum-names";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";
import { usePlaces } from "../places";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";

const BY_SUBDISTRICT = graphql(`
  query CampaignSubdistricts($campaign: ID!, $subdistrictsAfter: String) {
    campaign(id: $campaign) {
      id
      subdistricts(first: 100, after: $subdistrictsAfter) {
        pageInfo { hasNextPage endCursor }
        nodes { district { code name nameInEnglish } subdistrict unit { id name } target firms reported progress { step firms longest } }
      }
    }
  }
`);
const REMIND = graphql(`
  mutation RemindSubdistrict($campaign: ID!, $subdistrict: ID!) {
    remindFirms(input: { campaign: $campaign, filter: { subdistrict: [$subdistrict] } }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const SPLIT = graphql(`
  mutation SplitCampaignTarget($campaign: ID!, $district: ID!, $firms: Int!, $shares: [SubdistrictShareInput!]!) {
    splitCampaignTarget(input: { campaign: $campaign, district: $district, firms: $firms, shares: $shares }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const STARTED = ["IN_PROGRESS", "OPEN", "SUBMITTED", "ACCEPTED", "SCORED", "ISSUED", "OBJECTED", "CONFIRMED"];
const SUBMITTED = ["SUBMITTED", "ACCEPTED", "SCORED", "ISSUED", "OBJECTED", "CONFIRMED"];

const useTexts = spoken(
  {
    title: "街镇进度", unit: "街镇", none: "未归入街镇的企业", target: "分解数", invited: "批次内企业", started: "已开始", submitted: "已提交", reported: "已出具报告", now: "各环节",
    remind: "催办", remindText: (unit: string) => `向${unit}尚未开始的受邀企业发送催办。`, split: "分解目标", whole: "本区目标", splitSays: "各街镇合计不得超过本区目标；留空的街镇不分解。",
  },
  {
    title: "By subdistrict", unit: "Subdistrict", none: "Firms in no subdistrict", target: "Share", invited: "In the campaign", started: "Started", submitted: "Submitted", reported: "Reported", now: "Where they are",
    remind: "Remind", remindText: (unit: string) => `Firms of ${unit} that were invited and have not started are reminded.`, split: "Split the target", whole: "The district's target", splitSays: "The subdistricts may not come to more than the district's target; one left empty is given none.",
  },
);

/** How far each subdistrict's firms have come, against its share of the district's target, with the reminder and the split. */
export function CampaignSubdistricts({ campaign, closed, again }: { campaign: string; closed: boolean; again: () => void }) {
  const place = usePlaces();
  const words = useWords();
  const name = useNames();
  const { viewer } = useViewer();
  const send = useSend();
  const { modal } = App.useApp();
  const [splitting, setSplitting] = useState(false);
  const texts = useTexts();
  const answer = useAsk(BY_SUBDISTRICT, { campaign });

  async function done(sent: Promise<{ errors: unknown[] }>) {
    const { errors } = await sent;
    if (!errors.length) setSplitting(false);
    answer.again();
    again();
  }

  return (
    <Shown answer={answer}>
      {({ campaign: shown }) => {
        const rows = shown?.subdistricts?.nodes ?? [];
        if (!rows.length) return null;
        const [district] = new Set(rows.map((one) => one.district.code));
        const own = rows.filter((one) => one.unit);
        const reached = (row: (typeof rows)[number], steps: string[]) => row.progress.filter((one) => steps.includes(one.step)).reduce((sum, one) => sum + one.firms, 0);
        const sent = (given: Record<string, number | null>) => {
          const shares = own.flatMap((one) => { const firms = given[one.unit?.id ?? ""]; return one.unit && firms != null ? [{ subdistrict: one.unit.id, firms }] : []; });
          return done(send(SPLIT, { campaign, district: district ?? "", firms: given.whole ?? 0, shares }));
        };
        return (
          <>
            <h2>{texts.title}</h2>
            {viewer.role === "DISTRICT" && !closed && own.length > 0 && <Button style={{ marginBottom: 12 }} onClick={() => setSplitting(true)}>{texts.split}</Button>}
            <SheetTable
              caption={texts.title}
              rowKey={(one) => `${one.district.code} ${one.unit?.id ?? ""}`}
              dataSource={rows}
              style={{ marginBottom: 24 }}
              columns={[
                { title: texts.unit, render: (_, one) => (viewer.role === "CITY" ? `${place(one.district)} · ` : "") + (one.unit?.name ?? texts.none) },
                { title: texts.target, align: "right", render: (_, one) => one.target ?? "—" },
                { title: texts.invited, align: "right", dataIndex: "firms" },
                { title: texts.started, align: "right", render: (_, one) => reached(one, STARTED) },
                { title: texts.submitted, align: "right", render: (_, one) => reached(one, SUBMITTED) },
                { title: texts.reported, align: "right", dataIndex: "reported" },
                { title: texts.now, render: (_, one) => <Space wrap>{one.progress.map((at) => <span key={at.step}>{`${name(CampaignStepNames, at.step)} ${String(at.firms)}${words.aside(words.campaigns.workingDays(at.longest))}`}</span>)}</Space> },
                {
                  render: (_, one) => one.unit && !closed && viewer.role !== "AUDITOR" && (
                    <Button size="small" onClick={() => { const { id, name: called } = one.unit ?? { id: "", name: "" }; void modal.confirm({ title: texts.remind, content: texts.remindText(called), onOk: () => done(send(REMIND, { campaign, subdistrict: id })) }); }}>{texts.remind}</Button>
                  ),
                },
              ]}
            />
            <Modal open={splitting} title={texts.split} onCancel={() => setSplitting(false)} footer={null} destroyOnHidden>
              <p>{texts.splitSays}</p>
              <KeptForm about={`subdistricts ${campaign}`} layout="vertical" initialValues={Object.fromEntries(own.map((one) => [one.unit?.id ?? "", one.target]))} onFinish={(given: Record<string, number | null>) => void sent(given)}>
                <Form.Item name="whole" label={texts.whole} rules={[{ required: true, message: words.signIn.missing }]}><InputNumber min={0} precision={0} /></Form.Item>
                {own.map((one) => <Form.Item key={one.unit?.id} name={one.unit?.id ?? ""} label={one.unit?.name}><InputNumber min={0} precision={0} /></Form.Item>)}
                <Button type="primary" htmlType="submit">{words.send}</Button>
              </KeptForm>
            </Modal>
          </>
        );
      }}
    </Shown>
  );
}
