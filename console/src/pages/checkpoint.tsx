import { Alert, Button, Descriptions, Empty, Input, Skeleton, Upload } from "antd";
import { useEffect, useState } from "react";

import { fetched } from "../api";
import { shanghai } from "../format";
import { spoken, useSaid, useWords } from "../language";
import { save } from "../sheet";
import { SheetTable } from "../sheet-table";
import { continues, read } from "../verify/checkpoints";
import { bytes, carried, Fault, opened } from "../verify/dossier";
import { FAULTS, PAGE } from "../verify/words";

const useTexts = spoken(
  {
    title: "检查点与见证", says: "日志每隔一段时间签署一次检查点：共有多少条、根散列是什么。请保存到本系统之外，日后在此比对：日志只增不改，后来的检查点必然延续您手中的这一份。", none: "日志尚未签署检查点，请稍后再看。", origin: "日志", size: "条目数", root: "根散列",
    signed: "签名", by: "签署方", as: "身份", at: "见证时间", own: "日志自身", witness: "见证方", alone: "尚无见证方为此检查点签名。请由市级以外的机构登记为见证方，其签名使日志不能被悄悄改写。", keep: "保存检查点", compare: "比对此前所存的检查点", choose: "选择所存的检查点",
    continued: (older: number, newer: number) => `核验通过：现有的 ${newer} 条延续所存的 ${older} 条，其间只增未改。`, broken: "核验不通过：现有日志不是所存检查点的延续，可能被改写或回退。请保留两份检查点并立即上报。", ahead: "所存检查点的条目比现有日志多：日志可能被回退。请保留两份检查点并立即上报。", failed: (why: string) => `未能读取：${why}`,
  },
  {
    title: "Checkpoints and witnesses", says: "From time to time the log signs a checkpoint: how many entries it has, and their root hash. Keep it outside this system and hold it against the log here later: a log that is only added to always continues the one in your hands.", none: "The log has not signed a checkpoint yet; look again later.", origin: "Log", size: "Entries", root: "Root hash",
    signed: "Signatures", by: "Signed by", as: "As", at: "Cosigned at", own: "The log itself", witness: "Witness", alone: "No witness has cosigned this checkpoint. Have an institution other than the city registered as one: with its signature the log cannot be rewritten unseen.", keep: "Keep the checkpoint", compare: "Hold it against a checkpoint kept before", choose: "Choose the kept checkpoint",
    continued: (older: number, newer: number) => `It holds: the ${newer} entries of now continue the ${older} that were kept; the log was only added to.`, broken: "It does not hold: the log of now does not continue the kept checkpoint. It may have been rewritten or set back. Keep both checkpoints and report it at once.", ahead: "The kept checkpoint has more entries than the log of now, which may have been set back. Keep both checkpoints and report it at once.", failed: (why: string) => `It could not be read: ${why}`,
  },
);

/** The newest checkpoint with its witnesses, and whether it continues one that the reader kept: checked in this browser. */
export function CheckpointPage() {
  const texts = useTexts();
  const words = useWords();
  const said = useSaid();
  const [note, setNote] = useState<string | null>();
  const [key, setKey] = useState("");
  const [kept, setKept] = useState<File>();
  const [found, setFound] = useState<{ holds: boolean; says: string }>();
  useEffect(() => {
    fetched("/log/checkpoint").then((answer) => answer.text()).then(setNote, () => setNote(null));
  }, []);
  if (note === undefined) return <Skeleton active aria-label={words.loading} />;
  if (note === null) return <><h1>{texts.title}</h1><Empty description={texts.none} /></>;
  const { origin, size, root, signatures } = read(note);
  const witnesses = signatures.filter((one) => one.at !== null);

  async function compare(file: File) {
    setFound(undefined);
    try {
      const older = await opened(carried(new Uint8Array(await file.arrayBuffer())), key);
      const newer = await opened(note ?? "", key);
      if (older.size > newer.size) return setFound({ holds: false, says: texts.ahead });
      const proof = older.size && older.size < newer.size ? await (await fetched(`/log/proof/consistency?from=${older.size}&to=${newer.size}`)).text() : "";
      const holds = await continues(older, newer, proof.split("\n").filter(Boolean).map(bytes));
      setFound({ holds, says: holds ? texts.continued(older.size, newer.size) : texts.broken });
    } catch (fault) {
      setFound({ holds: false, says: fault instanceof Fault ? said(...FAULTS[fault.code]) : texts.failed((fault as Error).message) });
    }
  }

  return (
    <>
      <h1>{texts.title}</h1>
      <p>{texts.says}</p>
      <Descriptions bordered size="small" column={1} items={[
        { key: 1, label: texts.origin, children: origin },
        { key: 2, label: texts.size, children: size },
        { key: 3, label: texts.root, children: <code style={{ overflowWrap: "anywhere" }}>{root}</code> },
      ]} />
      <Button type="primary" style={{ marginTop: 12 }} onClick={() => save(`checkpoint-${size}.txt`, note)}>{texts.keep}</Button>
      <h2>{texts.signed}</h2>
      {!witnesses.length && <Alert type="warning" showIcon title={texts.alone} style={{ marginBottom: 12 }} />}
      <SheetTable caption={texts.signed} rowKey="name" dataSource={signatures} columns={[
        { title: texts.by, dataIndex: "name" },
        { title: texts.as, render: (_, one) => (one.at === null ? texts.own : texts.witness) },
        { title: texts.at, className: "nowrap", render: (_, one) => (one.at === null ? "—" : shanghai(new Date(one.at).toISOString())) },
      ]} />
      <h2>{texts.compare}</h2>
      <label htmlFor="log-key">{said(...PAGE.key)}</label>
      <Input.TextArea id="log-key" rows={2} value={key} onChange={(event) => setKey(event.target.value)} spellCheck={false} />
      <div className="bar" style={{ marginTop: 12 }}>
        <Upload maxCount={1} beforeUpload={(chosen) => { setKept(chosen); return false; }} onRemove={() => setKept(undefined)}>
          <Button>{texts.choose}</Button>
        </Upload>
        <Button type="primary" disabled={!kept || !key.trim()} onClick={() => kept && void compare(kept)}>{said(...PAGE.check)}</Button>
      </div>
      {found && <Alert type={found.holds ? "success" : "error"} showIcon title={found.says} />}
    </>
  );
}
