import { Alert, App, Button, DatePicker, Empty, Form, Input, Modal, Popconfirm, Select, Space, Tag } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";

import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { CampaignStepNames, FormNames, PurposeNames } from "../gql/enum-names";
import type { CampaignStep, Purpose } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";
import { Written } from "../written";

import { InviteListed } from "./campaign-invite";
import { CampaignLimits } from "./campaign-limits";
import { CampaignSubdistricts } from "./campaign-subdistricts";

const CAMPAIGNS = graphql(`
  query Campaigns($campaignsAfter: String) {
    campaigns(first: 50, after: $campaignsAfter) {
      pageInfo { hasNextPage endCursor }
      nodes { id name purpose year since until follows closedAt conclusion progress { step firms longest } }
    }
  }
`);
const PARTICIPATIONS = graphql(`
  query Participations($filter: ParticipationFilter, $first: Int, $after: String, $last: Int, $before: String) {
    participations(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id step stepSince age reminders remindedOn reason enterprise { id name } diagnosis { id } campaign { id } }
    }
  }
`);
const PLAN = graphql(`
  mutation PlanCampaign($campaign: ID!, $name: String!, $purpose: Purpose!, $since: Date!, $until: Date!, $follows: ID) {
    planCampaign(input: { campaign: $campaign, name: $name, purpose: $purpose, since: $since, until: $until, follows: $follows }) {
      userErrors { code clause field bound message messageInEnglish }
    }
  }
`);
const EXTEND = graphql(`
  mutation ExtendCampaign($campaign: ID!, $until: Date!, $reason: String!) {
    extendCampaign(input: { campaign: $campaign, until: $until, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const CLOSE = graphql(`
  mutation CloseCampaign($campaign: ID!, $conclusion: String!) {
    closeCampaign(input: { campaign: $campaign, conclusion: $conclusion }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const INVITE = graphql(`
  mutation InviteFirms($campaign: ID!) {
    inviteFirms(input: { campaign: $campaign, filter: { diagnosed: false } }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const REMIND = graphql(`
  mutation RemindFirms($campaign: ID!) {
    remindFirms(input: { campaign: $campaign, filter: {} }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const EDITION_FOR = graphql(`
  query EditionFor($enterprise: ID!) { editionFor(enterprise: $enterprise) { key form } }
`);
const OPEN = graphql(`
  mutation OpenDiagnosis($enterprise: ID!, $campaign: ID!, $purpose: Purpose!, $edition: ID!, $form: Form!) {
    openDiagnosis(input: { enterprise: $enterprise, campaign: $campaign, purpose: $purpose, edition: $edition, form: $form }) {
      diagnosis { id }
      userErrors { code clause field bound message messageInEnglish }
    }
  }
`);
const DECLINE = graphql(`
  mutation DeclineInvitation($campaign: ID!, $enterprise: ID!, $reason: String!) {
    declineInvitation(input: { campaign: $campaign, enterprise: $enterprise, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const EXEMPT = graphql(`
  mutation ExemptFirm($campaign: ID!, $enterprise: ID!, $reason: String!) {
    exemptFirm(input: { campaign: $campaign, enterprise: $enterprise, reason: $reason }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  { close: "结束批次", closeText: "结束之后不再邀请、催办、延长，也不再开启诊断；已开启的照常办理。结束后不能恢复。", conclusion: "批次结论", closed: (at: string) => `已于 ${at} 结束` },
  { close: "Close the campaign", closeText: "Nobody is invited or reminded any more, it is not extended and no diagnosis is opened in it; what is under way goes on. It cannot be taken back.", conclusion: "What came of it", closed: (at: string) => `Closed at ${at}` },
);

/** Who reads a campaign by subdistrict, as the API says. */
const BY_SUBDISTRICT = ["CITY", "DISTRICT", "SUBDISTRICT", "AUDITOR"];
/** Who invites and reminds firms of its own, as the commands say. */
const INVITERS = ["CITY", "DISTRICT", "PARK", "REPORTING_UNIT", "SUBDISTRICT"];
const isoDay = (day: Dayjs) => day.format("YYYY-MM-DD");

/** Rounds of diagnoses: how far their firms have come, and who is to be invited and reminded. */
export function Campaigns() {
  const words = useWords();
  const name = useNames();
  const { viewer } = useViewer();
  const send = useSend();
  const { modal } = App.useApp();
  const [sought, seek] = useSearchParams();
  const [open, setOpen] = useState<"plan" | "extend" | "close">();
  const answer = useAsk(CAMPAIGNS, {});
  const w = words.campaigns;
  const texts = useTexts();

  async function done(sent: Promise<{ errors: unknown[] }>) {
    const { errors } = await sent;
    if (!errors.length) setOpen(undefined);
    answer.again();
  }

  return (
    <>
      <h1>{w.title}</h1>
      <Shown answer={answer}>
        {({ campaigns }) => {
          const chosen = campaigns.nodes.find((one) => one.id === sought.get("campaign")) ?? campaigns.nodes[0];
          const asked = (title: string, content: string, act: () => Promise<void>) => void modal.confirm({ title, content, onOk: act });
          return (
            <>
              <Space wrap style={{ marginBottom: 16 }}>
                {chosen && (
                  <Select
                    aria-label={w.choose}
                    value={chosen.id}
                    onChange={(campaign) => seek({ campaign })}
                    options={campaigns.nodes.map((one) => ({ value: one.id, label: `${one.name}${words.aside(name(PurposeNames, one.purpose))}` }))}
                    style={{ minWidth: 260 }}
                  />
                )}
                {chosen && !chosen.closedAt && INVITERS.includes(viewer.role) && (
                  <>
                    <Button type="primary" onClick={() => asked(w.invite, w.inviteText, () => done(send(INVITE, { campaign: chosen.id })))}>{w.invite}</Button>
                    <InviteListed key={chosen.id} campaign={chosen.id} done={answer.again} />
                    <Button onClick={() => asked(w.remind, w.remindText, () => done(send(REMIND, { campaign: chosen.id })))}>{w.remind}</Button>
                  </>
                )}
                {viewer.role === "CITY" && <Button onClick={() => setOpen("plan")}>{w.plan}</Button>}
                {viewer.role === "CITY" && chosen && !chosen.closedAt && (
                  <>
                    <Button onClick={() => setOpen("extend")}>{w.extend}</Button>
                    <Button onClick={() => setOpen("close")}>{texts.close}</Button>
                  </>
                )}
              </Space>
              {chosen ? (
                <>
                  <p>
                    {w.days(chosen.since, chosen.until)}
                    {sought.get("step") && <Tag closable onClose={() => seek({ campaign: chosen.id })} style={{ marginInlineStart: 12 }}>{name(CampaignStepNames, sought.get("step") ?? "")}</Tag>}
                  </p>
                  {chosen.closedAt && <Alert type="info" title={texts.closed(shanghai(chosen.closedAt))} description={chosen.conclusion} style={{ marginBottom: 16 }} />}
                  {chosen.progress && (
                    <SheetTable
                      caption={w.progress}
                      rowKey={(one) => one.step}
                      dataSource={chosen.progress}
                      style={{ maxWidth: 640, marginBottom: 24 }}
                      empty={w.empty}
                      columns={[
                        { title: w.step, render: (_, one) => <Link to={`?${new URLSearchParams({ campaign: chosen.id, step: one.step }).toString()}`}>{name(CampaignStepNames, one.step)}</Link> },
                        { title: w.firms, align: "right", dataIndex: "firms" },
                        { title: w.longest, align: "right", render: (_, one) => w.workingDays(one.longest) },
                      ]}
                    />
                  )}
                  {BY_SUBDISTRICT.includes(viewer.role) && <CampaignSubdistricts campaign={chosen.id} closed={chosen.closedAt !== null} again={answer.again} />}
                  <CampaignLimits key={chosen.id} campaign={chosen.id} closed={chosen.closedAt !== null} />
                  <Participations campaign={chosen.id} purpose={chosen.purpose} step={(sought.get("step") as CampaignStep | null) ?? undefined} again={answer.again} />
                </>
              ) : (
                <Empty description={w.none} />
              )}

              <Modal open={open === "plan"} title={w.plan} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
                <KeptForm
                  about="campaign"
                  layout="vertical"
                  initialValues={{ purpose: "INITIAL" }}
                  onFinish={(given: { campaign: string; name: string; purpose: Purpose; period: [Dayjs, Dayjs]; follows?: string }) =>
                    void done(send(PLAN, { campaign: given.campaign, name: given.name, purpose: given.purpose, since: isoDay(given.period[0]), until: isoDay(given.period[1]), follows: given.follows ?? null }))
                  }
                >
                  <Form.Item name="campaign" label={w.key} extra={w.keyHelp} rules={[{ required: true, message: words.signIn.missing }]}><Input /></Form.Item>
                  <Form.Item name="name" label={w.name} rules={[{ required: true, message: words.signIn.missing }]}><Input /></Form.Item>
                  <Form.Item name="purpose" label={words.fields.purpose}><Select options={Object.keys(PurposeNames).map((value) => ({ value, label: name(PurposeNames, value) }))} /></Form.Item>
                  <Form.Item name="period" label={w.period} rules={[{ required: true, message: words.signIn.missing }]}><DatePicker.RangePicker style={{ width: "100%" }} /></Form.Item>
                  <Form.Item name="follows" label={w.follows}><Select allowClear options={campaigns.nodes.map((one) => ({ value: one.id, label: one.name }))} /></Form.Item>
                  <Button type="primary" htmlType="submit">{words.send}</Button>
                </KeptForm>
              </Modal>
              <Written about={chosen?.id ?? ""} open={open === "close"} title={texts.close} close={() => setOpen(undefined)} fields={[{ name: "conclusion", label: texts.conclusion, rows: 4 }]} send={({ conclusion = "" }) => (chosen ? done(send(CLOSE, { campaign: chosen.id, conclusion })) : Promise.resolve())}>
                <p>{texts.closeText}</p>
              </Written>
              <Modal open={open === "extend"} title={w.extend} onCancel={() => setOpen(undefined)} footer={null} destroyOnHidden>
                <KeptForm
                  about={`extend ${chosen?.id}`}
                  layout="vertical"
                  onFinish={(given: { until: Dayjs; reason: string }) => chosen && void done(send(EXTEND, { campaign: chosen.id, until: isoDay(given.until), reason: given.reason }))}
                >
                  <Form.Item name="until" label={w.until} rules={[{ required: true, message: words.signIn.missing }]}><DatePicker style={{ width: "100%" }} /></Form.Item>
                  <Form.Item name="reason" label={words.fields.reason} rules={[{ required: true, message: words.signIn.missing }]}><Input.TextArea rows={2} /></Form.Item>
                  <Button type="primary" htmlType="submit">{words.send}</Button>
                </KeptForm>
              </Modal>
            </>
          );
        }}
      </Shown>
    </>
  );
}

function Participations({ campaign, purpose, step, again }: { campaign: string; purpose: Purpose; step: CampaignStep | undefined; again: () => void }) {
  const words = useWords();
  const name = useNames();
  const { viewer } = useViewer();
  const send = useSend();
  const [reason, setReason] = useState("");
  const paging = usePaging(`${campaign} ${step ?? ""}`);
  const answer = useAsk(PARTICIPATIONS, { filter: { campaign: [campaign], ...(step ? { step: [step] } : {}) }, ...paging.paging });
  const w = words.campaigns;
  const firm = ["ENTERPRISE", "CONFIRMER"].includes(viewer.role);
  const exempting = ["CITY", "DISTRICT"].includes(viewer.role);

  async function refused(enterprise: string) {
    const given = { campaign, enterprise, reason };
    await (firm ? send(DECLINE, given) : send(EXEMPT, given));
    setReason("");
    answer.again();
    again();
  }

  return (
    <Shown answer={answer}>
      {({ participations }) => (
        <PagedTable
          connection={participations}
          paging={paging}
          rowKey={(row) => row.id}
          caption={w.title}
          empty={w.empty}
          fetching={answer.fetching}
          columns={[
            { title: words.fields.enterprise, render: (_, row) => (row.diagnosis ? <Link to={`/diagnoses/${encodeURIComponent(row.diagnosis.id)}`}>{row.enterprise?.name ?? "—"}</Link> : (row.enterprise?.name ?? "—")) },
            { title: w.step, render: (_, row) => name(CampaignStepNames, row.step) },
            { title: words.fields.since, render: (_, row) => <span className="nowrap">{shanghai(row.stepSince)}</span> },
            { title: w.age, align: "right", render: (_, row) => w.workingDays(row.age) },
            { title: w.reminders, render: (_, row) => (row.remindedOn ? w.reminded(row.reminders, row.remindedOn) : "—") },
            { title: words.fields.reason, render: (_, row) => row.reason ?? "—" },
            ...(firm || exempting
              ? [{
                  title: w.act,
                  render: (_: unknown, row: (typeof participations.nodes)[number]) =>
                    row.step === "INVITED" && row.enterprise && (
                      <Space>
                        {firm && <Start campaign={campaign} purpose={purpose} enterprise={row.enterprise.id} />}
                        <Popconfirm
                          title={firm ? w.decline : w.exempt}
                          description={<Input.TextArea rows={2} aria-label={words.fields.reason} placeholder={words.fields.reason} value={reason} onChange={(event) => setReason(event.target.value)} />}
                          onConfirm={() => void refused(row.enterprise?.id ?? "")}
                        >
                          <Button size="small">{firm ? w.decline : w.exempt}</Button>
                        </Popconfirm>
                      </Space>
                    ),
                }]
              : []),
          ]}
        />
      )}
    </Shown>
  );
}

/** A firm that was invited begins: under which edition and in which form is shown before it does. */
function Start({ campaign, purpose, enterprise }: { campaign: string; purpose: Purpose; enterprise: string }) {
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const go = useNavigate();
  const [asked, ask] = useState(false);
  const { data } = useAsk(EDITION_FOR, { enterprise }, !asked);
  const found = data?.editionFor;

  async function begin() {
    if (!found) return;
    const sent = await send(OPEN, { enterprise, campaign, purpose, edition: found.key, form: found.form });
    const opened = sent.data?.openDiagnosis.diagnosis;
    if (opened) await go(`/diagnoses/${encodeURIComponent(opened.id)}?tab=questionnaire`);
  }

  return (
    <Popconfirm
      title={words.campaigns.start}
      description={found ? `${words.fields.edition} ${found.key}，${words.fields.form} ${name(FormNames, found.form)}` : words.loading}
      okButtonProps={{ disabled: !found }}
      onOpenChange={(open) => open && ask(true)}
      onConfirm={() => void begin()}
    >
      <Button size="small" type="primary">{words.campaigns.start}</Button>
    </Popconfirm>
  );
}
