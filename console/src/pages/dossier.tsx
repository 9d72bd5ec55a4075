import { Alert, Button, Input, Upload } from "antd";
import { useState } from "react";

import { shanghai } from "../format";
import { useSaid, useWords } from "../language";
import { SheetTable } from "../sheet-table";
import { Fault, type Proved, verified } from "../verify/dossier";
import { FAULTS, PAGE } from "../verify/words";

/** A dossier checked in this browser; nothing is uploaded. */
export function DossierCheck() {
  const words = useWords();
  const said = useSaid();
  const [key, setKey] = useState("");
  const [file, setFile] = useState<File>();
  const [proved, setProved] = useState<Proved>();
  const [fault, setFault] = useState<Fault>();

  async function check(chosen: File) {
    setProved(undefined);
    setFault(undefined);
    try {
      setProved(await verified(new Uint8Array(await chosen.arrayBuffer()), key));
    } catch (problem) {
      setFault(problem instanceof Fault ? problem : new Fault("NOT_JSON", "dossier"));
    }
  }

  return (
    <>
      <h1>{words.dossier.title}</h1>
      <p>{words.dossier.help}</p>
      <label htmlFor="log-key">{said(...PAGE.key)}</label>
      <Input.TextArea id="log-key" rows={2} value={key} onChange={(event) => setKey(event.target.value)} spellCheck={false} />
      <div className="bar" style={{ marginTop: 12 }}>
        <Upload accept=".json,application/json" maxCount={1} beforeUpload={(chosen) => { setFile(chosen); return false; }} onRemove={() => setFile(undefined)}>
          <Button>{words.dossier.choose}</Button>
        </Upload>
        <Button type="primary" disabled={!file || !key.trim()} onClick={() => file && void check(file)}>{said(...PAGE.check)}</Button>
      </div>
      {fault && <Alert type="error" showIcon title={words.dossier.broken} description={<>{said(...FAULTS[fault.code])}<div className="clause">{fault.code} · {fault.where}</div></>} />}
      {proved && (
        <>
          <Alert type="success" showIcon title={words.dossier.holds} description={<>{said(...PAGE.holds)} {words.dossier.entries(proved.entries.length)}<div className="clause">{words.dossier.limits}</div></>} style={{ marginBottom: 16 }} />
          <SheetTable
            caption={words.dossier.entries(proved.entries.length)}
            rowKey="position"
            dataSource={proved.entries}
            columns={[
              { title: words.trail.position, dataIndex: "position", align: "right" },
              { title: words.fields.at, className: "nowrap", render: (_, one) => shanghai(new Date(one.at).toISOString()) },
              { title: words.trail.subject, render: (_, one) => `${one.stream}/${one.version}` },
              { title: words.fields.what, dataIndex: "type" },
              { title: words.fields.role, dataIndex: "role" },
              { title: words.fields.reason, dataIndex: "reason" },
            ]}
          />
        </>
      )}
    </>
  );
}
