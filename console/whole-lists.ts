import { type FieldNode, parse, visit } from "graphql";

import type { Whole } from "./src/whole.ts";

const called = (field: FieldNode) => field.alias?.value ?? field.name.value;
const only = (field: FieldNode) => field.arguments?.some((one) => ["first", "last"].includes(one.name.value) && one.value.kind === "IntValue" && one.value.value === "1");

/**
 * The lists that a document reads to their end: those that go on after a variable `…After`. Lists within rows of another are not among
 * them, since one variable cannot say where each goes on, unless that other has one row.
 */
export function wholeLists(text: string): Whole {
  const found: Whole = {};
  const path: FieldNode[] = [];
  visit(parse(text), {
    Field: {
      enter(field) {
        path.push(field);
        const after = field.arguments?.find((one) => one.name.value === "after")?.value;
        if (after?.kind !== "Variable" || !after.name.value.endsWith("After")) return;
        const steps = path.flatMap((one, at) => (called(one) === "nodes" && only(path[at - 1]!) ? ["nodes", "0"] : [called(one)]));
        if (steps.includes("nodes") && !steps.includes("0")) throw new Error(`${text}: ${steps.join(".")} is a list within rows`);
        if (found[after.name.value]) throw new Error(`${text}: two lists go on after ${after.name.value}`);
        found[after.name.value] = steps;
      },
      leave() {
        path.pop();
      },
    },
  });
  return found;
}
