// The firm's self-assessment answered whole and submitted by the console's own operations, so that a journey may begin behind it.
import { readdirSync, readFileSync } from "node:fs";

const BUILT = new URL("../../graphql/api/server/console_pages/documents/", import.meta.url);

/** Sends one of the console's persisted operations with the session of the page; its data. */
export async function sent(page, operation, variables) {
  const file = readdirSync(BUILT).find((one) => new RegExp(`^(query|mutation) ${operation}\\b`).test(readFileSync(new URL(one, BUILT), "utf8")));
  const answer = await page.evaluate(
    async ([documentId, given]) => (await fetch("/graphql", { method: "POST", headers: { "Content-Type": "application/json", "GraphQL-Require-Preflight": "1" }, body: JSON.stringify({ documentId, variables: given }) })).json(),
    [`sha256:${file.replace(".graphql", "")}`, variables],
  );
  const said = Object.values(answer.data ?? {})[0]?.userErrors ?? [];
  if (!answer.data || said.length) throw new Error(`${operation}: ${JSON.stringify(answer)}`);
  return answer.data;
}

/** An answer of each kind. */
function answered({ kind, numbers, options }) {
  if (kind === "CHOICE") return { level: "2" };
  if (kind === "OUTCOME") return { level: "1" };
  return kind === "MULTI" ? { choices: [options[0].name] } : { numbers: numbers.map(({ name }) => ({ name, value: "10" })) };
}

/** The id of the case of whoever is signed in on the page, submitted. */
export async function submitted(page) {
  const { diagnoses } = await sent(page, "Diagnoses", { first: 1 });
  const [one] = diagnoses.nodes;
  if (one.status !== "OPEN") return one.id;
  const { edition } = await sent(page, "Questions", { key: "2023" });
  const { diagnosis } = await sent(page, "SectionAnswers", { id: one.id });
  const known = new Map(diagnosis.answers.filter(({ given }) => given).map((answer) => [answer.indicator, answer]));
  for (const { id: section } of edition.dimensions) {
    const answers = edition.indicators
      .filter((item) => item.dimension === section && (one.form !== "BRIEF" || item.inBrief) && !known.has(item.id))
      .map((item) => ({ indicator: item.id, answer: answered(item) }));
    if (answers.length) await sent(page, "Save", { id: one.id, section, answers });
  }
  await sent(page, "Pledge", { id: one.id });
  await sent(page, "Submit", { id: one.id });
  return one.id;
}
