import { Button, Card, Checkbox, DatePicker, Form, Input, InputNumber, Select, Space } from "antd";
import dayjs, { type Dayjs } from "dayjs";

import { Shown, useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { DesignationNames, PolicyPurposeNames, SizeClassNames, SourceMarkNames } from "../gql/enum-names";
import type { Designation, PolicyPurpose, PolicyTermsInput, PolicyTestInput, SizeClass, SourceMark } from "../gql/graphql";
import { KeptForm } from "../kept-form";
import { spoken, useNames, useWords } from "../language";
import { useViewer } from "../session";
import { type PolicyOf, type TermsOf, useTestTexts } from "./policy-words";

const EDITIONS = graphql(`query PolicyEditions($organisationsAfter: String) { editions { id key title dimensions { id name } } organisations(kind: [PARK], first: 100, after: $organisationsAfter) { pageInfo { hasNextPage endCursor } nodes { id name } } }`);
const DRAFT = graphql(`
  mutation DraftPolicy($terms: PolicyTermsInput!, $source: String!, $mark: SourceMark!, $district: ID) {
    draftPolicy(input: { terms: $terms, source: $source, mark: $mark, district: $district }) { policy { id } userErrors { code clause field bound message messageInEnglish } }
  }
`);
const REVISE = graphql(`
  mutation RevisePolicy($policy: ID!, $terms: PolicyTermsInput!, $source: String!, $mark: SourceMark!, $version: Int) {
    revisePolicy(input: { policy: $policy, terms: $terms, source: $source, mark: $mark, expectedVersion: $version }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

const useTexts = spoken(
  {
    title: "政策名称", purpose: "用途", since: "起始日", until: "截止日，不填为至终止为止", yuan: "单家金额（元），0 为不发放资金", budget: "预算（元），不填为不设上限", combinable: "可与同一用途的其他政策叠加", edition: "所引标准版本", source: "来源文件", mark: "来源标记",
    clause: "条款", clauseTitle: "条款名称", addClause: "增加条款", addTest: "增加条件", remove: "移除", kind: "条件类别", atLeast: "下限", atMost: "上限，不填为不限", dimension: "维度，不填为总分", months: "出具后月数", oneOf: "任一取值", industry: "行业代码开头，如 C34，逐个按回车", question: "请专家判断什么", excluded: "不得如此", help: "条款须全部满足；条款内的条件满足任一即可。保存后由系统测算各区家数与金额，再发布。", save: "保存草案",
  },
  {
    title: "Name", purpose: "Purpose", since: "First day", until: "Last day; none: until it is ended", yuan: "For one firm, yuan; 0: grants no money", budget: "Budget, yuan; none: unbounded", combinable: "May be taken beside another for the same purpose", edition: "Edition of the standard", source: "Source document", mark: "Mark of the source",
    clause: "Clause", clauseTitle: "Name of the clause", addClause: "Add a clause", addTest: "Add a test", remove: "Remove", kind: "Kind of test", atLeast: "At least", atMost: "At most; none: no bound", dimension: "Dimension; none: the total", months: "Months since it was issued", oneOf: "Any of these", industry: "Beginnings of the code, such as C34, Enter after each", question: "What the expert is to judge", excluded: "Must not be so", help: "All clauses must hold; within one, any of its tests is enough. Once saved it is simulated over all firms, then published.", save: "Save the draft",
  },
);
const KINDS = ["grade", "score", "report", "designation", "district", "park", "industry", "size", "expert"] as const;
type Kind = (typeof KINDS)[number];
interface TestForm { kind: Kind; atLeast?: number; atMost?: number; dimension?: string; withinMonths?: number; oneOf?: string[]; question?: string; excluded?: boolean }
interface PolicyForm { title: string; purpose: PolicyPurpose; since: Dayjs; until?: Dayjs; yuan: number; budget?: number; combinable?: boolean; edition: string; source: string; mark: SourceMark; clauses: { title: string; anyOf: TestForm[] }[] }

const day = (given: Dayjs) => given.format("YYYY-MM-DD");
const fen = (given: number) => String(Math.round(given * 100));

function asTest(test: TestForm): PolicyTestInput {
  const excluded = test.excluded ?? false;
  const oneOf = test.oneOf ?? [];
  switch (test.kind) {
    case "grade":
      return { grade: { atLeast: test.atLeast ?? 1, excluded } };
    case "score":
      return { score: { atLeast: String(test.atLeast ?? 0), atMost: test.atMost === undefined || test.atMost === null ? null : String(test.atMost), dimension: test.dimension || null, excluded } };
    case "report":
      return { report: { withinMonths: test.withinMonths ?? 1, excluded } };
    case "designation":
      return { designation: { oneOf: oneOf as Designation[], excluded } };
    case "district":
      return { district: { oneOf: oneOf.map((code) => `organisation/${code}`), excluded } };
    case "park":
      return { park: { oneOf: oneOf.map((unit) => `organisation/${unit}`), excluded } };
    case "industry":
      return { industry: { oneOf, excluded } };
    case "size":
      return { size: { oneOf: oneOf as SizeClass[], excluded } };
    case "expert":
      return { expert: { question: test.question ?? "", excluded } };
  }
}

function asTerms(given: PolicyForm): PolicyTermsInput {
  return {
    title: given.title, purpose: given.purpose, since: day(given.since), until: given.until ? day(given.until) : null, fen: fen(given.yuan), budgetFen: given.budget === undefined || given.budget === null ? null : fen(given.budget),
    combinable: given.combinable ?? false, edition: given.edition, clauses: given.clauses.map((one) => ({ title: one.title, anyOf: one.anyOf.map(asTest) })),
  };
}

/** What is written so far, as the form takes it. */
function begun(terms: TermsOf): PolicyForm {
  const upper = (kind: string) => ["designation", "size"].includes(kind);
  return {
    title: terms.title, purpose: terms.purpose, since: dayjs(terms.since), until: terms.until ? dayjs(terms.until) : undefined, yuan: Number(terms.fen) / 100, budget: terms.budgetFen === null ? undefined : Number(terms.budgetFen) / 100,
    combinable: terms.combinable, edition: terms.edition, source: terms.source, mark: terms.mark,
    clauses: terms.clauses.map((one) => ({
      title: one.title,
      anyOf: one.anyOf.map((test) => ({
        kind: test.kind as Kind, excluded: test.excluded, atLeast: test.atLeast === null ? undefined : Number(test.atLeast), atMost: test.atMost === null ? undefined : Number(test.atMost), dimension: test.dimension ?? undefined,
        withinMonths: test.withinMonths ?? undefined, oneOf: test.oneOf.map((value) => (upper(test.kind) ? value.toUpperCase() : value)), question: test.question ?? undefined,
      })),
    })),
  };
}

/** A policy as it is drafted or revised, clause by clause. */
export function PolicyDraft({ policy, districts, done }: { policy?: PolicyOf; districts: ReadonlyMap<string, string>; done: (policy?: string) => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const { viewer } = useViewer();
  const answer = useAsk(EDITIONS, {});
  const required = [{ required: true, message: words.signIn.missing }];
  const stated = policy?.draft ?? policy?.inForce;
  const named = (names: Parameters<typeof name>[0]) => Object.keys(names).map((value) => ({ value, label: name(names, value) }));

  async function save(given: PolicyForm) {
    const said = { terms: asTerms(given), source: given.source, mark: given.mark };
    if (policy) {
      const { data, errors } = await send(REVISE, { policy: policy.id, version: policy.version ?? null, ...said });
      if (data && !errors.length) done();
      return;
    }
    const { data, errors } = await send(DRAFT, { district: viewer.role === "DISTRICT" ? viewer.organisation : null, ...said });
    if (data && !errors.length) done(data.draftPolicy.policy?.id);
  }

  return (
    <Shown answer={answer}>
      {({ editions, organisations }) => (
        <KeptForm<PolicyForm> about={`policy ${policy?.id ?? ""}`} layout="vertical" onFinish={(given) => void save(given)} initialValues={stated ? begun(stated) : { mark: "P", yuan: 0, edition: editions[0]?.id, clauses: [{ anyOf: [{ kind: "grade" }] }] }}>
          <p className="clause">{texts.help}</p>
          <Form.Item name="title" label={texts.title} rules={required}><Input /></Form.Item>
          <Space wrap align="start">
            <Form.Item name="purpose" label={texts.purpose} rules={required}><Select options={named(PolicyPurposeNames)} style={{ width: 220 }} /></Form.Item>
            <Form.Item name="since" label={texts.since} rules={required}><DatePicker /></Form.Item>
            <Form.Item name="until" label={texts.until}><DatePicker /></Form.Item>
            <Form.Item name="yuan" label={texts.yuan} rules={required}><InputNumber min={0} precision={2} style={{ width: 220 }} /></Form.Item>
            <Form.Item name="budget" label={texts.budget}><InputNumber min={0} precision={2} style={{ width: 220 }} /></Form.Item>
            <Form.Item name="edition" label={texts.edition} rules={required}><Select options={editions.map((one) => ({ value: one.id, label: one.title }))} style={{ width: 300 }} /></Form.Item>
          </Space>
          <Form.Item name="combinable" valuePropName="checked"><Checkbox>{texts.combinable}</Checkbox></Form.Item>
          <Form.List name="clauses">
            {(clauses, { add, remove }) => (
              <>
                {clauses.map((clause, place) => (
                  <Card key={clause.key} size="small" title={`${texts.clause} ${place + 1}`} style={{ marginBottom: 12 }} extra={clauses.length > 1 && <Button size="small" onClick={() => remove(clause.name)}>{texts.remove}</Button>}>
                    <Form.Item name={[clause.name, "title"]} label={texts.clauseTitle} rules={required}><Input /></Form.Item>
                    <Form.List name={[clause.name, "anyOf"]}>
                      {(tests, of) => (
                        <>
                          {tests.map((test) => (
                            <TestFields key={test.key} path={["clauses", clause.name, "anyOf", test.name]} at={test.name} districts={districts} parks={organisations.nodes} dimensions={editions[0]?.dimensions ?? []} remove={tests.length > 1 ? () => of.remove(test.name) : undefined} />
                          ))}
                          <Button size="small" onClick={() => of.add({ kind: "grade" })}>{texts.addTest}</Button>
                        </>
                      )}
                    </Form.List>
                  </Card>
                ))}
                <Button onClick={() => add({ anyOf: [{ kind: "grade" }] })} style={{ marginBottom: 16 }}>{texts.addClause}</Button>
              </>
            )}
          </Form.List>
          <Form.Item name="source" label={texts.source} rules={required}><Input /></Form.Item>
          <Form.Item name="mark" label={texts.mark} rules={required}><Select options={named(SourceMarkNames)} /></Form.Item>
          <Button type="primary" htmlType="submit">{texts.save}</Button>
        </KeptForm>
      )}
    </Shown>
  );
}

/** One test of a clause: what it is about, and what that kind needs. */
function TestFields({ path, at, districts, parks, dimensions, remove }: { path: (string | number)[]; at: number; districts: ReadonlyMap<string, string>; parks: readonly { id: string; name: string }[]; dimensions: readonly { id: string; name: string }[]; remove?: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const name = useNames();
  const { kinds } = useTestTexts();
  const form = Form.useFormInstance();
  const kind = Form.useWatch<Kind | undefined>([...path, "kind"], form);
  const required = [{ required: true, message: words.signIn.missing }];
  const listed = (options: { value: string; label: string }[]) => <Form.Item name={[at, "oneOf"]} label={texts.oneOf} rules={required}><Select mode="multiple" options={options} style={{ minWidth: 280 }} /></Form.Item>;
  const named = (names: Parameters<typeof name>[0]) => listed(Object.keys(names).map((value) => ({ value, label: name(names, value) })));
  return (
    <Space wrap align="start" style={{ display: "flex" }}>
      <Form.Item name={[at, "kind"]} label={texts.kind}><Select onChange={() => form.setFieldValue([...path, "oneOf"], undefined)} options={KINDS.map((value) => ({ value, label: kinds[value] }))} style={{ width: 150 }} /></Form.Item>
      {kind === "grade" && <Form.Item name={[at, "atLeast"]} label={texts.atLeast} rules={required}><InputNumber min={1} max={10} precision={0} /></Form.Item>}
      {kind === "score" && (
        <>
          <Form.Item name={[at, "dimension"]} label={texts.dimension}><Select allowClear options={dimensions.map((one) => ({ value: one.id, label: `${one.id} ${one.name}` }))} style={{ width: 220 }} /></Form.Item>
          <Form.Item name={[at, "atLeast"]} label={texts.atLeast} rules={required}><InputNumber min={0} max={100} /></Form.Item>
          <Form.Item name={[at, "atMost"]} label={texts.atMost}><InputNumber min={0} max={100} /></Form.Item>
        </>
      )}
      {kind === "report" && <Form.Item name={[at, "withinMonths"]} label={texts.months} rules={required}><InputNumber min={1} max={120} precision={0} /></Form.Item>}
      {kind === "designation" && named(DesignationNames)}
      {kind === "size" && named(SizeClassNames)}
      {kind === "district" && listed([...districts].map(([value, label]) => ({ value, label })))}
      {kind === "park" && listed(parks.map((one) => ({ value: one.id.split("/").at(-1) ?? one.id, label: one.name })))}
      {kind === "industry" && <Form.Item name={[at, "oneOf"]} label={texts.industry} rules={required}><Select mode="tags" open={false} style={{ minWidth: 280 }} /></Form.Item>}
      {kind === "expert" && <Form.Item name={[at, "question"]} label={texts.question} rules={required}><Input style={{ width: 320 }} /></Form.Item>}
      <Form.Item name={[at, "excluded"]} label=" " colon={false} valuePropName="checked"><Checkbox>{texts.excluded}</Checkbox></Form.Item>
      {remove && <Form.Item label=" " colon={false}><Button size="small" onClick={remove}>{texts.remove}</Button></Form.Item>}
    </Space>
  );
}
