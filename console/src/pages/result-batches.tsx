import { App, Button, Checkbox, DatePicker, Empty, Form, Input, Modal, Select, Upload } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { KeptForm } from "../kept-form";
import { spoken, useLanguage, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { useViewer } from "../session";
import { usePut } from "../uploads";
import { ResultBatch } from "./result-batch";

const BATCHES = graphql(`
  query ResultBatches($waiting: Boolean, $first: Int, $after: String, $last: Int, $before: String) {
    resultBatches(waiting: $waiting, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { id sender model statedOn filename receivedAt waiting accepted rejected refusedRows toConfirm }
    }
  }
`);
const NAMES = graphql(`query ModelNames { externalModels { model name english } }`);
const COLUMNS = graphql(`query ImportColumns { externalModels { key model name english columns { id name english required } } }`);
const TICKET = graphql(`mutation ResultsTicket($filename: String!) { requestUpload(input: { kind: RESULTS, filename: $filename }) { ticket { url } userErrors { code clause field bound message messageInEnglish } } }`);
const SEND = graphql(`mutation SendResultBatch($name: String!, $model: String!, $statedOn: Date!, $sha256: String!) { sendResultBatch(input: { name: $name, model: $model, statedOn: $statedOn, sha256: $sha256 }) { batch { id } userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    sendIn: "报送批次", sendText: "文件先校验并搁置，逐行裁定后才成为企业的外部评估结果。", name: "批次编号", nameHelp: "自定，如 2025-dcmm；同一编号再次报送即为重报", model: "外部模型", stated: "报送口径日", file: "选择文件（.csv、.xlsx 或 .json）", picked: (file: string) => `已选 ${file}`, fileMissing: "请选择文件", columns: "文件的列", must: "必填",
    waiting: "只看待裁定", none: "尚无批次。报送文件后，校验结果与待裁定的行列在此处。", sender: "报送方", city: "市级部门", counts: "行", counted: (waiting: number, accepted: number, rejected: number, refused: number) => `待裁定 ${waiting}，已接受 ${accepted}，已退回 ${rejected}，未读取 ${refused}`, look: (count: number) => `须核对 ${count} 项`, received: "收到时间",
  },
  {
    sendIn: "Send a batch in", sendText: "The file is checked and held apart; its rows become external results once they are decided.", name: "Name", nameHelp: "Your own, such as 2025-dcmm; the same name again sends it anew", model: "External model", stated: "As of", file: "Choose the file (.csv, .xlsx or .json)", picked: (file: string) => `Chosen: ${file}`, fileMissing: "Choose the file", columns: "Its columns", must: "needed",
    waiting: "Waiting only", none: "There is no batch. Send a file in; its findings and rows are listed here.", sender: "Sent by", city: "The city", counts: "Rows", counted: (waiting: number, accepted: number, rejected: number, refused: number) => `${waiting} waiting, ${accepted} accepted, ${rejected} rejected, ${refused} not read`, look: (count: number) => `${count} to look at`, received: "Received",
  },
);

/** Batches of others' assessments: sent in as a file, held apart, decided row by row. */
export function ResultBatches() {
  const texts = useTexts();
  const words = useWords();
  const { viewer } = useViewer();
  const [sought, seek] = useSearchParams();
  const [waiting, setWaiting] = useState(false);
  const [sending, setSending] = useState(false);
  const paging = usePaging(String(waiting));
  const answer = useAsk(BATCHES, { waiting: waiting || null, ...paging.paging });
  const { language } = useLanguage();
  const names = new Map((useAsk(NAMES, {}).data?.externalModels ?? []).map((one) => [one.model, language === "zh" ? one.name : one.english]));
  const chosen = sought.get("batch");
  if (chosen) return <ResultBatch id={chosen} back={() => seek({ tab: "batches" })} />;
  return (
    <>
      <div className="bar">
        {["CITY", "PARTNER"].includes(viewer.role) && <Button type="primary" onClick={() => setSending(true)}>{texts.sendIn}</Button>}
        <Checkbox checked={waiting} onChange={(event) => setWaiting(event.target.checked)}>{texts.waiting}</Checkbox>
      </div>
      <Shown answer={answer}>
        {({ resultBatches }) => resultBatches.nodes.length ? (
          <PagedTable
            connection={resultBatches}
            paging={paging}
            rowKey={(one) => one.id}
            caption={texts.sendIn}
            empty={texts.none}
            fetching={answer.fetching}
            columns={[
              { title: words.fields.name, render: (_, one) => <Button type="link" style={{ padding: 0 }} onClick={() => seek({ tab: "batches", batch: one.id })}>{one.filename}</Button> },
              { title: texts.model, render: (_, one) => names.get(one.model) ?? one.model },
              { title: texts.sender, render: (_, one) => (one.sender === "city" ? texts.city : one.sender) },
              { title: texts.stated, dataIndex: "statedOn" },
              { title: texts.received, render: (_, one) => <span className="nowrap">{shanghai(one.receivedAt)}</span> },
              { title: texts.counts, render: (_, one) => <>{texts.counted(one.waiting, one.accepted, one.rejected, one.refusedRows)}{one.toConfirm > 0 && <div className="clause">{texts.look(one.toConfirm)}</div>}</> },
            ]}
          />
        ) : <Empty description={texts.none} />}
      </Shown>
      <SendIn open={sending} close={() => setSending(false)} done={(batch) => { setSending(false); answer.again(); seek({ tab: "batches", batch }); }} />
    </>
  );
}

function SendIn({ open, close, done }: { open: boolean; close: () => void; done: (batch: string) => void }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const put = usePut();
  const { language } = useLanguage();
  const { notification } = App.useApp();
  const [file, setFile] = useState<File>();
  const [busy, setBusy] = useState(false);
  const models = useAsk(COLUMNS, {}, !open);
  const known = models.data?.externalModels ?? [];
  const required = [{ required: true, message: words.signIn.missing }];
  async function sent({ statedOn, ...given }: { name: string; model: string; statedOn: Dayjs }) {
    if (!file) return void notification.warning({ title: texts.fileMissing });
    setBusy(true);
    const asked = await send(TICKET, { filename: file.name });
    const sha256 = await put(asked.data?.requestUpload.ticket?.url, file);
    setBusy(false);
    if (!sha256) return;
    const { data } = await send(SEND, { ...given, statedOn: statedOn.format("YYYY-MM-DD"), sha256 });
    const batch = data?.sendResultBatch.batch?.id;
    if (batch) done(batch);
  }
  return (
    <Modal open={open} title={texts.sendIn} onCancel={close} footer={null} destroyOnHidden>
      <p>{texts.sendText}</p>
      <KeptForm<{ name: string; model: string; statedOn: Dayjs }> about="batch" layout="vertical" initialValues={{ statedOn: dayjs() }} onFinish={(given) => void sent(given)}>
        <Form.Item name="name" label={texts.name} extra={texts.nameHelp} rules={required}><Input maxLength={64} /></Form.Item>
        <Form.Item name="model" label={texts.model} rules={required}><Select options={[...new Map(known.map((one) => [one.model, language === "zh" ? one.name : one.english]))].map(([value, label]) => ({ value, label }))} /></Form.Item>
        <Form.Item noStyle dependencies={["model"]}>
          {({ getFieldValue }) => {
            const columns = known.findLast((one) => one.model === getFieldValue("model"))?.columns ?? [];
            return columns.length > 0 && <p className="clause">{texts.columns}{words.colon}{columns.map((one) => (language === "zh" ? one.name : one.english) + (one.required ? words.aside(texts.must) : "")).join(words.comma)}</p>;
          }}
        </Form.Item>
        <Form.Item name="statedOn" label={texts.stated} rules={required}><DatePicker style={{ width: "100%" }} /></Form.Item>
        <Upload.Dragger accept=".csv,.xlsx,.json" showUploadList={false} customRequest={({ file: given }) => setFile(given as File)} style={{ marginBottom: 16 }}><p>{file ? texts.picked(file.name) : texts.file}</p></Upload.Dragger>
        <Button type="primary" htmlType="submit" loading={busy}>{words.send}</Button>
      </KeptForm>
    </Modal>
  );
}
