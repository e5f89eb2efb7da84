/**
 * Writes the JSON Schemas of the labelling exports to docs/formats, from the schemas that the code
 * itself uses. Run it after a format has changed: npm run formats
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format } from "prettier";
import { formatSchemas } from "@/labeling/logic/export/format-schemas";

const FOLDER = "docs/formats";

const schemas = formatSchemas();
for (const [name, schema] of schemas) {
  const text = await format(JSON.stringify(schema), { parser: "json", printWidth: 100 });
  await writeFile(join(FOLDER, `${name}.schema.json`), text);
}
console.log(`${schemas.size} schemas in ${FOLDER}`);
