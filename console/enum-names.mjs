// Writes src/gql/names/, a file an enumeration: the names of its values as the schema's descriptions say them, in both languages. A page loads
// those that it shows; src/gql/enum-names.ts is where they are imported from.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { buildSchema, isEnumType } from "graphql";

const schema = buildSchema(readFileSync("../graphql/schema.graphql", "utf8"));
const index = ["/** Value -> its name in Chinese and in English. */\nexport type Names = Record<string, readonly [chinese: string, english: string]>;\n"];
mkdirSync("src/gql/names", { recursive: true });
for (const type of Object.values(schema.getTypeMap()).filter((one) => isEnumType(one) && !one.name.startsWith("__"))) {
  const names = type.getValues().map((value) => {
    const [english = value.name, chinese = english] = (value.description ?? value.name).split(" · ");
    return `  ${value.name}: [${JSON.stringify(chinese.trim())}, ${JSON.stringify(english.split(/[;:(]/)[0].trim())}],`;
  });
  writeFileSync(`src/gql/names/${type.name}.ts`, `import type { Names } from "../enum-names";\n\nexport const ${type.name}Names: Names = {\n${names.join("\n")}\n};\n`);
  index.push(`export { ${type.name}Names } from "./names/${type.name}";`);
}
writeFileSync("src/gql/enum-names.ts", `${index.join("\n")}\n`);
