import { App, Button, Empty, Space, Tag } from "antd";
import { useEffect, useState } from "react";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { shanghai } from "../format";
import { graphql } from "../gql";
import { CredentialStatusNames } from "../gql/enum-names";
import { spoken, useNames, useSaid, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { useViewer } from "../session";
import { save } from "../sheet";
import { SheetTable } from "../sheet-table";

const CONSENTS = graphql(`
  query Consents($consentsAfter: String) {
    enterprises(first: 1) { nodes { id name consents(first: 50, after: $consentsAfter) { pageInfo { hasNextPage endCursor } nodes { id purpose since until endedByFirstDay bank { id name } } } } }
  }
`);
const BANKS = graphql(`
  query Banks($organisationsAfter: String, $diagnosesAfter: String) {
    organisations(kind: [BANK], takingPart: true, first: 100, after: $organisationsAfter) { pageInfo { hasNextPage endCursor } nodes { id name } }
    diagnoses(filter: { status: [CONFIRMED] }, orderBy: [STATUS_SINCE_DESC], first: 10, after: $diagnosesAfter) { pageInfo { hasNextPage endCursor } nodes { id caseNumber } }
  }
`);
const USED = graphql(`
  query ConsentsUsed($enterprise: ID!, $disclosuresAfter: String) { disclosures(enterprise: $enterprise, role: [BANK], first: 20, after: $disclosuresAfter) { pageInfo { hasNextPage endCursor } nodes { id at why whyInEnglish } } }
`);
const CREDENTIALS = graphql(`
  query ResultCredentials($bank: Boolean!, $first: Int, $after: String, $last: Int, $before: String) {
    resultCredentials(first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { number status issuedAt until purpose report credential @include(if: $bank) enterprise { id name } bank { name } }
    }
  }
`);
const GRANT = graphql(`mutation GrantConsent($enterprise: ID!, $bank: ID!, $purpose: String!, $since: Date!, $until: Date!) { grantConsent(input: { enterprise: $enterprise, bank: $bank, purpose: $purpose, since: $since, until: $until }) { userErrors { code clause field bound message messageInEnglish } } }`);
const REVOKE = graphql(`mutation RevokeConsent($enterprise: ID!, $consent: ID!) { revokeConsent(input: { enterprise: $enterprise, consent: $consent }) { userErrors { code clause field bound message messageInEnglish } } }`);
const ISSUE = graphql(`mutation IssueResultCredential($enterprise: ID!, $diagnosis: ID!, $consent: ID!) { issueResultCredential(input: { enterprise: $enterprise, diagnosis: $diagnosis, consent: $consent }) { userErrors { code clause field bound message messageInEnglish } } }`);
const TAKE_BACK = graphql(`mutation RevokeResultCredential($enterprise: ID!, $number: String!) { revokeResultCredential(input: { enterprise: $enterprise, number: $number }) { userErrors { code clause field bound message messageInEnglish } } }`);

const useTexts = spoken(
  {
    note: "授权只开放诊断结果摘要，不开放任何答案；可随时撤回，撤回即时生效。", grant: "授权银行", grantText: "起止日均含在内。", bank: "银行", purpose: "用途", since: "起始日", until: "截止日", revoke: "撤回授权", revokeText: "即时生效；由此签发的结果凭证银行不再可见。", none: "尚未授权任何银行。授权后，银行可在期限内看到结果摘要。", holds: "有效", over: "已结束", ahead: "未开始", early: "首日或此前已撤回", issue: "签发结果凭证", issueText: "签名的结果交给该银行，任何人可凭编号核验。", diagnosis: "诊断", needs: "须先有企业已确认的诊断。",
    used: "银行的查看记录", notUsed: "银行尚未查看。", why: "依据", credentials: "结果凭证", noCredentials: "尚无结果凭证。", noneForBank: "目前没有交给本行的结果凭证。企业授权并签发后列在此处。", number: "凭证编号", report: (version: number) => `第 ${version} 版报告`, issued: "签发时间", takeBack: "撤销凭证", save: "下载凭证", bankNote: "只列出授权仍有效的企业的结果凭证；等级与得分摘要见“诊断”。",
  },
  {
    note: "A consent opens the summary of results and no answer; it is taken back at any time, at once.", grant: "Grant a consent", grantText: "Both days are included.", bank: "Bank", purpose: "Purpose", since: "First day", until: "Last day", revoke: "Take it back", revokeText: "At once; the bank sees credentials issued by it no more.", none: "No bank has a consent. Grant one; the bank sees the summary of results in its time.", holds: "holds", over: "over", ahead: "not begun", early: "taken back by its first day", issue: "Issue a result credential", issueText: "The signed result is handed to the bank; anyone verifies it by its number.", diagnosis: "Diagnosis", needs: "It needs a diagnosis that the firm has confirmed.",
    used: "What banks read", notUsed: "No bank has read anything.", why: "By", credentials: "Result credentials", noCredentials: "There is no result credential.", noneForBank: "No result credential was handed to your bank. Once a firm consents and issues one, it is listed here.", number: "Number", report: (version: number) => `report version ${version}`, issued: "Issued", takeBack: "Revoke", save: "Download", bankNote: "Credentials of firms whose consent holds; grades and totals are under Diagnoses.",
  },
);

/** A firm's consents to banks and who used them; to a bank the credentials that firms handed it. */
export function Consents() {
  const texts = useTexts();
  const words = useWords();
  const { viewer } = useViewer();
  const bank = viewer.role === "BANK";
  const [changed, setChanged] = useState(0); // a consent given or taken back changes which credentials hold
  return (
    <>
      <h1>{words.nav.consents}</h1>
      <p className="clause">{bank ? texts.bankNote : texts.note}</p>
      {!bank && <Granted done={() => setChanged((times) => times + 1)} />}
      <h2>{texts.credentials}</h2>
      <Credentials bank={bank} changed={changed} />
    </>
  );
}

function Granted({ done }: { done: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const { viewer } = useViewer();
  const answer = useAsk(CONSENTS, {});
  const grants = ["ENTERPRISE", "CONFIRMER"].includes(viewer.role);
  const { data } = useAsk(BANKS, {}, !grants);
  function again() {
    answer.again();
    done();
  }
  const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(Date.now());
  const confirmed = data?.diagnoses.nodes ?? [];
  return (
    <Shown answer={answer}>
      {({ enterprises }) => {
        const firm = enterprises.nodes[0];
        if (!firm) return <Empty />;
        const consents = firm.consents?.nodes ?? [];
        return (
          <>
            <div className="bar"><Acts about={firm.id} done={again} acts={[grants && {
              label: texts.grant,
              primary: true,
              says: texts.grantText,
              fields: [{ name: "bank", label: texts.bank, kind: "one", options: (data?.organisations.nodes ?? []).map((one) => ({ value: one.id, label: one.name })) }, { name: "purpose", label: texts.purpose }, { name: "since", label: texts.since, kind: "day" }, { name: "until", label: texts.until, kind: "day" }],
              send: (given: { bank: string; purpose: string; since: string; until: string }) => send(GRANT, { enterprise: firm.id, ...given }),
            }]} /></div>
            {consents.length ? (
              <SheetTable size="middle" rowKey="id" caption={words.nav.consents} dataSource={consents} columns={[
                { title: texts.bank, render: (_, one) => one.bank?.name ?? "—" },
                { title: texts.purpose, dataIndex: "purpose" },
                { title: texts.since, render: (_, one) => <span className="nowrap">{one.since}</span> },
                { title: texts.until, render: (_, one) => <span className="nowrap">{one.endedByFirstDay ? "—" : one.until}</span> },
                { title: words.fields.status, render: (_, one) => <Tag>{one.endedByFirstDay ? texts.early : one.until < today ? texts.over : one.since > today ? texts.ahead : texts.holds}</Tag> },
                { title: "", render: (_, one) => grants && one.until >= today && <Acts about={one.id} small done={again} acts={[
                  one.since <= today && confirmed.length > 0 && { label: texts.issue, says: texts.issueText, fields: [{ name: "diagnosis", label: texts.diagnosis, kind: "one", options: confirmed.map((case_) => ({ value: case_.id, label: case_.caseNumber })), initial: confirmed[0]?.id }], send: (given: { diagnosis: string }) => send(ISSUE, { enterprise: firm.id, consent: one.id, ...given }) },
                  { label: texts.revoke, danger: true, says: texts.revokeText, send: () => send(REVOKE, { enterprise: firm.id, consent: one.id }) },
                ]} /> },
              ]} />
            ) : <Empty description={texts.none} />}
            <Used enterprise={firm.id} />
          </>
        );
      }}
    </Shown>
  );
}

function Used({ enterprise }: { enterprise: string }) {
  const texts = useTexts();
  const words = useWords();
  const answer = useAsk(USED, { enterprise });
  const said = useSaid();
  return (
    <>
      <h2>{texts.used}</h2>
      <Shown answer={answer}>
        {({ disclosures }) => disclosures.nodes.length ? (
          <SheetTable rowKey="id" caption={texts.used} dataSource={disclosures.nodes} columns={[{ title: words.fields.at, render: (_, one) => <span className="nowrap">{shanghai(one.at)}</span> }, { title: texts.why, render: (_, one) => said(one.why, one.whyInEnglish) }]} />
        ) : <p>{texts.notUsed}</p>}
      </Shown>
    </>
  );
}

function Credentials({ bank, changed }: { bank: boolean; changed: number }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { message } = App.useApp();
  const { viewer } = useViewer();
  const paging = usePaging("");
  const answer = useAsk(CREDENTIALS, { bank, ...paging.paging });
  const grants = ["ENTERPRISE", "CONFIRMER"].includes(viewer.role);
  const { again } = answer;
  useEffect(() => {
    if (changed) again();
  }, [changed]); // `again` is another at each drawing
  function taken(number: string, credential: string) {
    save(`${number}.sd-jwt`, credential, "application/dc+sd-jwt");
    void message.success(words.acts.done);
  }
  return (
    <Shown answer={answer}>
      {({ resultCredentials }) => (
        <PagedTable
          connection={resultCredentials}
          paging={paging}
          rowKey={(one) => one.number}
          caption={texts.credentials}
          empty={bank ? texts.noneForBank : texts.noCredentials}
          columns={[
            { title: texts.number, render: (_, one) => <>{one.number}<div className="clause">{texts.report(one.report)}</div></> },
            bank ? { title: words.fields.enterprise, render: (_, one) => one.enterprise?.name ?? "—" } : { title: texts.bank, render: (_, one) => one.bank?.name ?? "—" },
            { title: texts.purpose, render: (_, one) => one.purpose ?? "—" },
            { title: texts.issued, render: (_, one) => <span className="nowrap">{shanghai(one.issuedAt)}</span> },
            { title: texts.until, render: (_, one) => <span className="nowrap">{one.until}</span> },
            { title: words.fields.status, render: (_, one) => <Tag>{name(CredentialStatusNames, one.status)}</Tag> },
            { title: "", render: (_, one) => (
              <Space>
                {bank && one.credential && <Button size="small" onClick={() => taken(one.number, one.credential ?? "")}>{texts.save}</Button>}
                {grants && one.status === "VALID" && one.enterprise && <Acts about={one.number} small done={answer.again} acts={[{ label: texts.takeBack, danger: true, send: () => send(TAKE_BACK, { enterprise: one.enterprise?.id ?? "", number: one.number }) }]} />}
              </Space>
            ) },
          ]}
        />
      )}
    </Shown>
  );
}
