// Writes src/gql/names/, a file an enumeration: the names of its values as the schema's descriptions say them, in both languages. A page loads
// those that it shows; src/gql/enum-names.ts is where they are imported from.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { buildSchema, isEnumType } from "graphql";

const schema = buildSchema(readFileSync("../graphql/schema.graphql", "utf8"));
const index = ["/** Value -> its name in Chinese and in English, and where the schema says more of it in English, that. */\nexport type Names = Record<string, readonly [chinese: string, english: string, more?: string]>;\n"];
mkdirSync("src/gql/names", { recursive: true });
for (const type of Object.values(schema.getTypeMap()).filter((one) => isEnumType(one) && !one.name.startsWith("__"))) {
  const names = type.getValues().map((value) => {
    const [english = value.name, chinese = english] = (value.description ?? value.name).split(" · ");
    const [label, ...more] = english.split(/;/);
    const said = [chinese.trim(), label.split(/[:(]/)[0].trim(), ...(type.name === "DiagnosisStatus" && more.length ? [more.join(";").trim()] : [])];
    return `  ${value.name}: [${said.map((one) => JSON.stringify(one)).join(", ")}],`;
  });
  writeFileSync(`src/gql/names/${type.name}.ts`, `import type { Names } from "../enum-names";\n\nexport const ${type.name}Names: Names = {\n${names.join("\n")}\n};\n`);
  index.push(`export { ${type.name}Names } from "./names/${type.name}";`);
}
writeFileSync("src/gql/enum-names.ts", `${index.join("\n")}\n`);
