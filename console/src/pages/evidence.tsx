import { DownloadOutlined, EyeOutlined } from "@ant-design/icons";
import { Button, Skeleton, Space, Tag } from "antd";
import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { useClient } from "urql";

import { type Fault, faultOf, persisted } from "../api";
import { Faulted } from "../ask";
import { Download } from "../download";
import { shanghai } from "../format";
import { graphql } from "../gql";
import type { EvidenceOfQuery } from "../gql/graphql";
import { useWords } from "../language";
import { SheetList } from "../sheet-list";

const FileShown = lazy(async () => ({ default: (await import("./file-shown")).FileShown }));

const FILES = graphql(`
  query EvidenceOf($id: ID!, $evidenceAfter: String) {
    diagnosis(id: $id) {
      evidence(first: 100, after: $evidenceAfter) { nodes { sha256 filename mediaType size indicators attachedAt url } pageInfo { hasNextPage endCursor } }
    }
  }
`);

export type EvidenceFile = NonNullable<NonNullable<EvidenceOfQuery["diagnosis"]>["evidence"]>["nodes"][number];

/** The files of a case, all of them. Undefined until they are read. */
export function useEvidence(id: string): { files: EvidenceFile[] | undefined; fault: Fault | undefined; again: () => Promise<void> } {
  const client = useClient();
  const [files, setFiles] = useState<EvidenceFile[]>();
  const [fault, setFault] = useState<Fault>();
  const again = useCallback(async () => {
    const answer = await client.query(persisted(FILES), { id }, { requestPolicy: "network-only" }).toPromise();
    setFault(faultOf(answer.error, Boolean(answer.data)));
    if (answer.data) setFiles(answer.data.diagnosis?.evidence?.nodes ?? []);
  }, [client, id]);
  useEffect(() => void again(), [again]);
  return { files, fault, again };
}

/** Files by their names: one is looked at by itself, below or beside what it supports, and each may be kept. */
export function EvidenceNames({ files, shown, show }: { files: EvidenceFile[]; shown: string | undefined; show: (sha256: string | undefined) => void }) {
  const words = useWords();
  return (
    <ul className="plain" aria-label={words.questionnaire.attached(files.length)}>
      {files.map((file) => (
        <li key={file.sha256}>
          <Space>
            <Button type="link" style={{ height: "auto", padding: 0, textAlign: "start", whiteSpace: "normal" }} icon={<EyeOutlined />} aria-expanded={file.sha256 === shown} title={words.evidence.show} onClick={() => show(file.sha256 === shown ? undefined : file.sha256)}>{file.filename}</Button>
            <Download type="text" size="small" icon={<DownloadOutlined />} aria-label={`${words.case.download} ${file.filename}`} title={words.case.download} path={file.url} name={file.filename} />
          </Space>
        </li>
      ))}
    </ul>
  );
}

/** One file as it is read by its reader. */
export function EvidenceShown({ file }: { file: EvidenceFile | undefined }) {
  if (!file) return null;
  return <Suspense fallback={<Skeleton active />}><FileShown key={file.sha256} file={file} /></Suspense>;
}

/** All files of a case with what each supports. */
export function Evidence({ id }: { id: string }) {
  const words = useWords();
  const { files, fault, again } = useEvidence(id);
  const [shown, show] = useState<string>();
  if (fault) return <Faulted fault={fault} again={() => void again()} />;
  if (!files) return <Skeleton active aria-label={words.loading} />;
  return (
    <SheetList
      caption={words.case.evidence}
      rows={files}
      rowKey={(one) => one.sha256}
      empty={words.case.noEvidence}
      columns={[
        { title: words.fields.name, text: (one) => one.filename },
        { title: words.fields.at, text: (one) => shanghai(one.attachedAt) },
        { title: words.acts.indicator, text: (one) => one.indicators.join(" ") },
      ]}
      render={(one) => (
        <div className="item">
          <EvidenceNames files={[one]} shown={shown} show={show} />
          <div className="clause">{shanghai(one.attachedAt)} {one.indicators.map((id) => <Tag key={id}>{id}</Tag>)}</div>
          {shown === one.sha256 && <EvidenceShown file={one} />}
        </div>
      )}
    />
  );
}
