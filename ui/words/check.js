// Compares the catalogues with each other and with the code, and writes src/words.generated.ts, from which TypeScript
// knows every message and what it needs. `--verify` fails instead of writing.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FluentParser, Visitor } from '@fluent/syntax';

const here = fileURLToPath(new URL('.', import.meta.url));
const source = join(here, '..', 'src');
const complaints = [];

class Variables extends Visitor {
  names = new Set();
  visitVariableReference(node) {
    this.names.add(node.id.name);
  }
}

function read(file) {
  const messages = new Map();
  for (const entry of new FluentParser().parse(readFileSync(join(here, file), 'utf8')).body) {
    if (entry.type === 'Junk') complaints.push(`${file}: not Fluent: ${entry.content.split('\n')[0]}`);
    if (entry.type !== 'Message') continue;
    if (messages.has(entry.id.name)) complaints.push(`${file}: ${entry.id.name} is there twice`);
    const variables = new Variables();
    variables.visit(entry);
    messages.set(entry.id.name, [...variables.names].sort());
  }
  return messages;
}

const files = readdirSync(here).filter((name) => name.endsWith('.ftl'));
const english = read('en.ftl');
for (const file of files.filter((name) => name !== 'en.ftl')) {
  const other = read(file);
  for (const [id, variables] of english) {
    if (!other.has(id)) complaints.push(`${file}: ${id} is missing`);
    else if (other.get(id).join() !== variables.join())
      complaints.push(`${file}: ${id} uses (${other.get(id).join(', ')}), en.ftl uses (${variables.join(', ')})`);
  }
  for (const id of other.keys()) if (!english.has(id)) complaints.push(`${file}: ${id} is not in en.ftl`);
}

const code = readdirSync(source, { recursive: true })
  .filter((name) => /\.(svelte|ts)$/.test(name) && basename(name) !== 'words.generated.ts' && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(source, name), 'utf8'))
  .join('\n');
const literals = new Set([...code.matchAll(/['"]([a-z][a-z0-9_-]*)['"]/g)].map((match) => match[1]));
const prefixes = [...new Set([...code.matchAll(/`([a-z][a-z0-9]*-[a-z0-9_-]*)\$\{/g)].map((match) => match[1]))];
for (const id of english.keys())
  if (!literals.has(id) && !prefixes.some((prefix) => id.startsWith(prefix))) complaints.push(`en.ftl: nothing uses ${id}`);

const lines = [...english]
  .sort(([left], [right]) => (left < right ? -1 : 1))
  .map(([id, variables]) => {
    const needs = variables.map((name) => `${name}: string | number`).join('; ');
    return `  '${id}': ${needs === '' ? 'null' : `{ ${needs} }`};`;
  });
const generated = `// Written by words/check.js from words/en.ftl; do not edit.\nexport interface Words {\n${lines.join('\n')}\n}\n`;
const target = join(source, 'words.generated.ts');
let present = '';
try {
  present = readFileSync(target, 'utf8');
} catch {
  // The first time there is none.
}
if (present !== generated) {
  if (process.argv.includes('--verify')) complaints.push('src/words.generated.ts is stale: run `npm run words` and commit it');
  else writeFileSync(target, generated);
}

if (complaints.length > 0) {
  for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
  process.exit(1);
}
process.stdout.write(`words: ${english.size} messages, complete in ${files.length} languages\n`);
