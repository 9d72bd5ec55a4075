import { Alert, Button, Card, Checkbox, Input, Space, Tag, Upload } from "antd";
import { useState } from "react";

import { AnswerFields, type Indicator, Said } from "../answer-fields";
import { agree, type Given, type Seen } from "../answers";
import type { Deferral, SectionAnswersQuery } from "../gql/graphql";
import { useSaid, useWords } from "../language";
import { type EvidenceFile, EvidenceNames, EvidenceShown } from "./evidence";

type Known = NonNullable<NonNullable<SectionAnswersQuery["diagnosis"]>["answers"]>[number];

/** What is being written over an answer. */
export interface Mine {
  given: Given;
  reason: string;
  /** What stood when this one was begun. */
  seen: Seen;
  state: "begun" | "saving" | "kept" | "refused" | "conflict";
  says?: { message: string; messageInEnglish: string; clause: string | null };
}

/** One indicator: what is asked, what was answered, and the files that show it. */
export function Question(given: {
  indicator: Indicator;
  known: Known | undefined;
  mine: Mine | undefined;
  mode: "fill" | "verify" | "read";
  files: EvidenceFile[];
  /** Why the question is not answered yet; null = it bears no mark. */
  deferral: Deferral | null;
  defer: (deferral: Deferral | null) => void;
  change: (next: Partial<Given>, reason?: string) => void;
  resolve: (keepMine: boolean) => void;
  attach: (file: File) => Promise<void>;
}) {
  const { indicator, known, mine, mode, change } = given;
  const { help } = indicator;
  const said = useSaid();
  const words = useWords();
  const q = words.questionnaire;
  const shown: Given = mine?.given ?? (mode === "fill" ? known?.given : (known?.verified ?? known?.given)) ?? {};
  const disabled = mode === "read";
  const [open, setOpen] = useState<string>();
  const file = given.files.find((one) => one.sha256 === open);
  const differs = mode === "verify" && known !== undefined && mine !== undefined && !agree(mine.given, known.given);
  return (
    <Card
      size="small"
      className="indicator"
      id={indicator.id}
      title={<span style={{ whiteSpace: "normal" }}>{indicator.id} {indicator.name} {indicator.key && <Tag color="#874d00">{q.key}</Tag>} {known?.prefilledFrom && <Tag color="#1252b3">{q.prefilled}</Tag>}</span>}
      extra={<State mine={mine} answered={known !== undefined && (mode !== "verify" || known.verified !== null)} />}
    >
      {mode !== "read" && <p className="clause">{said(help.says, help.saysInEnglish)} {said(help.example, help.exampleInEnglish)}</p>}
      <div className={file && "beside"}>
        <div>
          <AnswerFields indicator={indicator} shown={shown} disabled={disabled} change={change} />
          {mode === "fill" && !known && !mine && (
            <Space wrap role="group" aria-label={`${q.deferred} ${indicator.id}`} style={{ marginTop: 8 }}>
              {(["NOT_KNOWN_YET", "COME_BACK_LATER"] as const).map((one) => (
                <Checkbox key={one} checked={given.deferral === one} onChange={(event) => given.defer(event.target.checked ? one : null)}>{one === "NOT_KNOWN_YET" ? q.notKnownYet : q.comeBackLater}</Checkbox>
              ))}
            </Space>
          )}
          {mode !== "fill" && known && <p className="clause">{q.selfSaid}{words.colon}<Said given={known.given} indicator={indicator} /></p>}
          {(differs || (mode === "verify" && mine?.reason)) && (
            <Input.TextArea rows={2} status={differs && !mine?.reason.trim() ? "error" : ""} aria-label={q.reason} placeholder={q.needsReason} value={mine?.reason ?? ""} onChange={(event) => change({}, event.target.value)} />
          )}
          {mode === "read" && known?.difference && <p className="clause">{q.reason}{words.colon}{known.difference}</p>}
          {mine?.state === "refused" && <Alert type="error" showIcon title={mine.says && said(mine.says.message, mine.says.messageInEnglish)} description={mine.says?.clause && words.clause(mine.says.clause)} style={{ marginTop: 8 }} />}
          {mine?.state === "conflict" && (
            <Alert
              type="warning"
              showIcon
              style={{ marginTop: 8 }}
              title={q.conflict}
              description={known && <Said given={(mode === "verify" ? known.verified : null) ?? known.given} indicator={indicator} />}
              action={
                <Space orientation="vertical">
                  <Button size="small" onClick={() => given.resolve(true)}>{q.keepMine}</Button>
                  <Button size="small" onClick={() => given.resolve(false)}>{q.takeTheirs}</Button>
                </Space>
              }
            />
          )}
          {given.files.length > 0 && <div style={{ marginTop: 8 }}><EvidenceNames files={given.files} shown={open} show={setOpen} /></div>}
        </div>
        {file && <div><EvidenceShown file={file} /></div>}
      </div>
      {(indicator.evidence || given.files.length > 0) && (
        <div className="clause" style={{ marginTop: 8 }}>
          {indicator.evidence && <>{q.evidence}{words.colon}{indicator.evidence} </>}
          {given.files.length > 0 && <Tag color="#135200">{q.attached(given.files.length)}</Tag>}
          {mode !== "read" && (
            <Upload.Dragger
              multiple
              showUploadList={false}
              customRequest={({ file, onSuccess, onError }) => void given.attach(file as File).then(() => onSuccess?.({}), (fault: Error) => onError?.(fault))}
              style={{ marginTop: 8 }}
              height={56}
              aria-label={`${q.attach} ${indicator.id}`}
            >
              {q.drop}
            </Upload.Dragger>
          )}
        </div>
      )}
    </Card>
  );
}

function State({ mine, answered }: { mine: Mine | undefined; answered: boolean }) {
  const words = useWords();
  if (!mine) return answered ? <Tag color="#135200">{words.questionnaire.saved}</Tag> : <Tag>{words.questionnaire.noAnswer}</Tag>;
  if (mine.state === "saving") return <Tag color="#1252b3">{words.questionnaire.saving}</Tag>;
  if (mine.state === "kept") return <Tag color="#874d00">{words.questionnaire.kept}</Tag>;
  return <Tag color="#1252b3">{words.questionnaire.begun}</Tag>;
}
