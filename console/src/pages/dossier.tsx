import { Alert, Button, Descriptions, Input, Upload } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { shanghai } from "../format";
import { RoleNames } from "../gql/enum-names";
import { useLanguage, useNames, useSaid, useWords } from "../language";
import { SheetTable } from "../sheet-table";
import { Fault, type Proved, verified } from "../verify/dossier";
import { type Contents, contentsOf } from "../verify/contents";
import { contentRows, eventName, FAULTS, PAGE } from "../verify/words";

/** Kinds of things that a dossier holds entries of: its ids say nothing to a reader and stand in the title. */
const KINDS: Record<string, readonly [chinese: string, english: string]> = { diagnosis: ["诊断", "Diagnosis"], enterprise: ["企业", "Firm"], organisation: ["单位", "Organisation"], listing: ["名录", "Listing"], proceeding: ["程序", "Proceeding"], rating: ["评价", "Rating"], subsidy: ["补贴", "Subsidies"], edition: ["标准版本", "Edition"] };

/** A dossier checked in this browser; nothing is uploaded. */
export function DossierCheck() {
  const words = useWords();
  const said = useSaid();
  const name = useNames();
  const english = useLanguage().language === "en";
  const [key, setKey] = useState("");
  const [file, setFile] = useState<File>();
  const [proved, setProved] = useState<Proved & { contents: Contents }>();
  const [fault, setFault] = useState<Fault>();

  async function check(chosen: File) {
    setProved(undefined);
    setFault(undefined);
    try {
      const found = await verified(new Uint8Array(await chosen.arrayBuffer()), key);
      setProved({ ...found, contents: await contentsOf(found.subject, found.entries) });
    } catch (problem) {
      setFault(problem instanceof Fault ? problem : new Fault("NOT_JSON", "dossier"));
    }
  }

  return (
    <>
      <h1>{words.dossier.title}</h1>
      <p>{words.dossier.help}</p>
      <p><Link to="/diagnoses">{words.nav.diagnoses}</Link></p>
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
          <Alert type="success" showIcon title={words.dossier.holds} description={<>{said(...PAGE.holds)} {words.dossier.entries(proved.entries.length)}<div className="clause">{words.dossier.limits} {said(...PAGE.limits)}</div></>} style={{ marginBottom: 16 }} />
          <Descriptions bordered size="small" column={{ xs: 1, md: 2 }} style={{ marginBottom: 16 }} items={contentRows(proved.contents, english, shanghai).map(([label, children]) => ({ key: label, label, children }))} />
          <SheetTable
            caption={words.dossier.entries(proved.entries.length)}
            rowKey="position"
            dataSource={proved.entries}
            columns={[
              { title: words.trail.position, dataIndex: "position", align: "right" },
              { title: words.fields.at, className: "nowrap", render: (_, one) => shanghai(new Date(one.at).toISOString()) },
              { title: words.trail.subject, render: (_, one) => <span title={one.stream}>{KINDS[one.stream.split("/")[0] ?? ""]?.[english ? 1 : 0] ?? one.stream.split("/")[0]} {one.version}</span> },
              { title: words.fields.what, render: (_, one) => <span title={one.type}>{eventName(one.type, english)}</span> },
              { title: words.fields.role, render: (_, one) => name(RoleNames, one.role.toUpperCase()) },
              { title: words.fields.reason, dataIndex: "reason" },
            ]}
          />
        </>
      )}
    </>
  );
}
