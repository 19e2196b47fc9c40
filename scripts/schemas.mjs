// Writes schemas/*.schema.json from the DTO classes (needs `npm run build`). A test holds the files against the classes.
import { mkdirSync, writeFileSync } from 'node:fs';
import 'reflect-metadata';
import { jsonSchemas } from '../dist/pipelines/json-schema.js';

const folder = new URL('../schemas/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, schema] of Object.entries(jsonSchemas())) {
  writeFileSync(new URL(name, folder), `${JSON.stringify(schema, null, 2)}\n`);
  console.log(`schemas/${name}`);
}
