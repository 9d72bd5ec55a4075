import { Tag } from "antd";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { DirectoryStandingNames } from "../gql/enum-names";
import { spoken, useNames, useSaid, useWords } from "../language";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";

const CANDIDATES = graphql(`query ProviderCandidates($enterprise: ID!) { providerCandidates(enterprise: $enterprise) { provider name standing tagSince running confirmed tie sentence sentenceInEnglish } }`);
const ASSIGN = graphql(`mutation AssignProvider($diagnosis: ID!, $provider: ID!, $exception: String) { assignProvider(input: { diagnosis: $diagnosis, provider: $provider, exception: $exception }) { userErrors { code clause field bound message messageInEnglish } } }`);
const useTexts = spoken(
  { title: "候选服务商", note: "名录中有本企业行业标签、可以承担的服务商；未申明关联的在前，其后在办少的在前。受理之前可改指定。", none: "名录中没有可以承担本行业的服务商。", running: "在办", confirmed: "已确认", tie: "已申明关联", why: "推荐理由", name: "指定", exception: "例外理由", exceptionHelp: "有关联或名录不许可而仍须指定的，由市级或区级写明" },
  { title: "Providers to choose from", note: "Providers of the directory with a tag of the firm's industry that may take work: first those without a declared tie, then those with less under way. Another may be named until one has accepted.", none: "No provider of the directory may take a firm of this industry.", running: "Under way", confirmed: "Confirmed", tie: "Declared tie", why: "What speaks for it", name: "Name", exception: "Why nevertheless", exceptionHelp: "Where a tie or the directory speaks against it; by the city or the district" },
);

/** Who may take a case that no provider has accepted yet, each with what speaks for and against it, and naming one. */
export function CaseCandidates({ diagnosis, enterprise, named, again }: { diagnosis: string; enterprise: string; named: string | undefined; again: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const said = useSaid();
  const send = useSend();
  const government = ["CITY", "DISTRICT"].includes(useViewer().viewer.role);
  const answer = useAsk(CANDIDATES, { enterprise });
  return (
    <section aria-label={texts.title}>
      <h2>{texts.title}</h2>
      <p className="clause">{texts.note}</p>
      <Shown answer={answer}>
        {({ providerCandidates }) => (
          <SheetTable rowKey="provider" caption={texts.title} empty={texts.none} dataSource={providerCandidates ?? []} columns={[
            { title: words.fields.provider, dataIndex: "name" },
            { title: words.fields.status, render: (_, one) => <Tag>{name(DirectoryStandingNames, one.standing)}</Tag> },
            { title: texts.running, align: "right", dataIndex: "running" },
            { title: texts.confirmed, align: "right", dataIndex: "confirmed" },
            { title: texts.tie, render: (_, one) => one.tie ?? "—" },
            { title: texts.why, render: (_, one) => said(one.sentence, one.sentenceInEnglish) },
            { key: "acts", render: (_, one) => one.provider !== named && (
              <Acts about={`${diagnosis} ${one.provider}`} small done={again} acts={[{
                label: texts.name,
                says: said(one.sentence, one.sentenceInEnglish),
                fields: government && one.tie !== null ? [{ name: "exception", label: texts.exception, kind: "rows", help: texts.exceptionHelp, may: true }] : [],
                send: (given: { exception?: string | null }) => send(ASSIGN, { diagnosis, provider: one.provider, exception: given.exception ?? null }),
              }]} />
            ) },
          ]} />
        )}
      </Shown>
    </section>
  );
}
