// Writes src/gql/enum-names.ts: the names of every enumeration's values as the schema's descriptions say them, in both languages.
import { readFileSync, writeFileSync } from "node:fs";

import { buildSchema, isEnumType } from "graphql";

const schema = buildSchema(readFileSync("../graphql/schema.graphql", "utf8"));
const parts = ["/** Value -> its name in Chinese and in English. */\nexport type Names = Record<string, readonly [chinese: string, english: string]>;\n"];
for (const type of Object.values(schema.getTypeMap()).filter((one) => isEnumType(one) && !one.name.startsWith("__"))) {
  const names = type.getValues().map((value) => {
    const [english = value.name, chinese = english] = (value.description ?? value.name).split(" · ");
    return `  ${value.name}: [${JSON.stringify(chinese.trim())}, ${JSON.stringify(english.split(/[;:(]/)[0].trim())}],`;
  });
  parts.push(`export const ${type.name}Names: Names = {\n${names.join("\n")}\n};\n`);
}
writeFileSync("src/gql/enum-names.ts", parts.join("\n"));
