import type { Contents } from "./contents";
import type { FaultCode } from "./dossier";
import { EVENT_NAMES } from "./event-names";

export type Both = [chinese: string, english: string];

/** What a dossier is about, and how its facts are called. */
export const CONTENTS = {
  about: ["卷宗所涉", "What it is about"],
  grade: ["一次诊断的等级", "The grade of a diagnosis"],
  provider: ["一项服务商事项", "A decision about a provider"],
  caseNumber: ["案号", "Case number"],
  firm: ["企业", "Firm"],
  result: ["等级", "Grade"],
  total: ["核验总分", "Verified total"],
  edition: ["标准版本", "Edition"],
  asOf: ["截至最后一条", "As of the last entry"],
  last: ["最后一项事实", "Last fact"],
  below: ["未达级", "Below grade 1"],
} satisfies Record<string, Both>;

/** A dossier's contents as rows of a label and what stands there; what the entries do not say is left out. */
export function contentRows(found: Contents, english: boolean, at: (instant: string) => string): [string, string][] {
  const half = (both: readonly [string, string]) => both[english ? 1 : 0];
  const diagnosis = found.about === "diagnosis";
  const graded = found.grade === undefined ? undefined : english ? (found.grade ? `Grade ${found.grade}` : CONTENTS.below[1]) : [found.levelName, found.gradeName].filter((one, place, all) => one && all.indexOf(one) === place).join(" · ");
  const rows: [string, string | undefined][] = [
    [half(CONTENTS.about), half(diagnosis ? CONTENTS.grade : CONTENTS.provider)],
    [half(CONTENTS.caseNumber), found.caseNumber],
    [half(CONTENTS.firm), found.firm],
    [half(CONTENTS.result), graded],
    [half(CONTENTS.total), found.total],
    [half(CONTENTS.edition), found.edition],
    [half(CONTENTS.last), eventName(found.last, english)],
    [half(CONTENTS.asOf), at(new Date(found.asOf).toISOString())],
  ];
  return rows.filter((one): one is [string, string] => one[1] !== undefined);
}

/** A fact's name as the trail says it; one that is not known here as it is written. */
export const eventName = (type: string, english: boolean): string => EVENT_NAMES[type.replace(/\.v\d+$/, "")]?.[english ? 1 : 0] ?? type;

/** What a fault of a dossier means and what to do. */
export const FAULTS: Record<FaultCode, Both> = {
  NOT_JSON: ["文件不是完整的卷宗，或在传送中受损，请重新取得。", "The file is no whole dossier, or was damaged on its way; get it again."],
  FORMAT_UNKNOWN: ["不是卷宗文件，请选择从本平台下载的卷宗。", "This is no dossier; choose one downloaded from the platform."],
  DIGEST_DIFFERS: ["卷宗内容与其摘要不符：有内容被更改。", "Some of the dossier was changed: its digest differs."],
  KEY_MALFORMED: ["这不是日志的验证公钥，请粘贴公布的整行公钥。", "This is not the log's verifier key; paste the whole line as it was published."],
  CHECKPOINT_MALFORMED: ["检查点不完整，请重新取得卷宗。", "The checkpoint is not whole; get the dossier again."],
  OTHER_LOG: ["该卷宗属于另一个日志，与所给公钥不符。", "The dossier is of another log than your key."],
  SIGNATURE_MISSING: ["检查点没有该公钥的签名。", "The checkpoint is not signed by your key."],
  SIGNATURE_INVALID: ["检查点的签名不成立，可能是伪造。", "The checkpoint's signature does not hold: it may be forged."],
  ALGORITHM_UNSUPPORTED: ["该日志使用国密 SM3，浏览器不支持，请用核验程序 verify_dossier.py。", "This log hashes with SM3, which browsers lack; use the verifier program."],
  ENTRY_MALFORMED: ["有条目不完整。", "An entry is not whole."],
  PROOF_MALFORMED: ["有条目的证明不完整。", "An entry's proof is not whole."],
  PROOF_FOREIGN: ["有条目的证明依据另一检查点。", "An entry's proof rests on another checkpoint."],
  PLACE_DIFFERS: ["有条目的位置与其证明不符。", "An entry states another place than its proof."],
  NOT_IN_LOG: ["有条目不在日志中，或已被更改。", "An entry is not in the log, or was changed."],
};

export const PAGE = {
  title: ["公开核验", "Public verification"],
  certificate: ["证书、凭证与报告编号", "Number of a certificate, credential or report"],
  number: ["编号", "Number"],
  check: ["核验", "Check"],
  unknown: ["没有此编号，请核对后重新输入。", "There is no such number; check it and enter it again."],
  valid: ["有效", "Valid"],
  notValid: ["当前无效", "Not valid now"],
  grade: ["等级", "Grade"],
  holder: ["持证人", "Holder"],
  hidden: ["持证人未公开姓名", "The holder does not show the name"],
  period: ["有效期", "Valid"],
  on: ["核验日期", "Checked on"],
  synthetic: ["示例数据，不具官方效力", "Sample data without official standing"],
  report: ["诊断报告文件", "File of a diagnosis report"],
  cover: ["报告封面上的核验编号", "Number on the report's cover"],
  pdf: ["报告文件（PDF）", "The report (PDF)"],
  altered: ["文件与出具的报告不一致：可能被更改，或不是该编号的报告。", "The file is not the report that was issued: it was changed, or is another report's."],
  version: ["报告版次", "Version"],
  issued: ["出具日", "Issued on"],
  status: ["当前状态", "Status"],
  dossier: ["卷宗", "Dossier"],
  file: ["卷宗文件", "Dossier file"],
  key: ["日志验证公钥（由平台另行公布，不取自卷宗）", "The log's verifier key, as published; never taken from the dossier"],
  local: ["文件只在本机核验，不会上传。", "The file is checked in this browser and never uploaded."],
  holds: ["核验通过：各条目均在该日志中，未被更改。", "It holds: every entry is in this log, unchanged."],
  limits: ["等级的重新推算、见证签名与已有检查点的比对，请用核验程序：随本平台源代码发布的单个文件 interop/proof/verify_dossier.py，不连服务器；或命令 zhenduan verify-dossier。", "To work the grade out again, and for witnesses and earlier checkpoints, use the verifier: one file that comes with the platform's source, interop/proof/verify_dossier.py, which needs no server; or the command zhenduan verify-dossier."],
  entries: ["条记录", "entries"],
  failed: ["网络未连通，请稍后重试。", "There is no connection; try again later."],
  home: ["进入平台", "Open the platform"],
} satisfies Record<string, Both>;
