// Who may import whom (docs/developers.md). An arrow is "may import"; what is not listed is not allowed.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export const root = path.resolve(import.meta.dirname, '..', '..');

/** A room of the house: a package, an app, or the `/rules` door of a domain package. */
type Room = string;

/** The use-case side of each room: what it may import. `X/rules` is the pure door of X. */
export const arrows: Record<Room, readonly Room[]> = {
  contract: [],
  engine: [],
  platform: [],
  book: ['platform'],
  governance: ['book', 'platform'],
  compensation: ['governance', 'book', 'platform'],
  provenance: ['governance', 'book', 'platform'],
  studio: ['compensation', 'provenance', 'governance', 'book', 'platform'],
  verify: ['book/rules', 'governance/rules', 'compensation/rules', 'provenance/rules'],
  api: ['contract', 'platform', 'book', 'governance', 'compensation', 'provenance', 'studio'],
  worker: ['contract', 'engine'],
  portal: ['contract', 'verify'],
  cli: ['contract', 'verify', 'platform', 'api'],
};

/** The rules doors import only the rules below them. */
export const rulesArrows: Record<Room, readonly Room[]> = {
  'book/rules': [],
  'governance/rules': ['book/rules'],
  'compensation/rules': ['book/rules', 'governance/rules'],
  'provenance/rules': ['book/rules', 'governance/rules'],
};

export interface Wrong {
  file: string;
  imports: string;
  message: string;
}

function sourceFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'build', '.svelte-kit', 'weights'].includes(entry.name)) return [];
    const full = path.join(dir, entry.name);
    if (entry.isDirectory()) return sourceFiles(full);
    return /\.(ts|mjs|js|svelte)$/.test(entry.name) ? [full] : [];
  });
}

/** The module names a file imports, as TypeScript itself reads them; of a Svelte file its script blocks. */
export function importsOf(file: string, text = readFileSync(file, 'utf8')): string[] {
  const code = file.endsWith('.svelte')
    ? [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1]).join('\n')
    : text;
  return ts.preProcessFile(code, true, true).importedFiles.map((imported) => imported.fileName);
}

/** Every file reachable by relative imports from a door, within its own package. */
function reachable(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const name of importsOf(entry)) {
    if (name.startsWith('.')) reachable(path.resolve(path.dirname(entry), name), seen);
  }
  return seen;
}

const isTest = (file: string) =>
  /[./\\](?:test|testing|stage)\.ts$/.test(file) || /[\\/](?:fixtures|testing)[\\/]/.test(file);

/** Judges one import of a file that lives in `room`; null when the arrow stands. */
export function judge(room: Room, file: string, imported: string): Wrong | null {
  const wrong = (message: string) => ({ file: path.relative(root, file), imports: imported, message });
  if (imported.startsWith('.')) {
    const target = path.relative(root, path.resolve(path.dirname(file), imported)).split(path.sep);
    const own = path.relative(root, file).split(path.sep).slice(0, 2).join('/');
    if (target.slice(0, 2).join('/') === own) return null;
    return wrong(
      `reaches into ${target.slice(0, 2).join('/')} by path. Import the package by its name, through its door.`,
    );
  }
  if (!imported.startsWith('@uncaged/')) return null;
  const [, name = '', ...door] = imported.split('/');
  if (name === room.split('/')[0]) return null;
  const target = [name, ...door].join('/');
  const allowed = rulesArrows[room] ?? arrows[room] ?? [];
  if (target === `${name}/testing` && isTest(file)) return null;
  const permitted = allowed.includes(target) || (door.join('/') === 'rules' && allowed.includes(name));
  if (permitted) return null;
  return wrong(
    `${room} may import ${allowed.length > 0 ? allowed.join(', ') : 'nothing of ours'}; it may not import ${target}.`,
  );
}

/** Every wrong arrow in the tree. Tests of a package may use the `testing` doors. */
export function wrongArrows(): Wrong[] {
  const found: Wrong[] = [];
  for (const kind of ['packages', 'apps']) {
    for (const room of readdirSync(path.join(root, kind))) {
      const dir = path.join(root, kind, room);
      for (const file of sourceFiles(dir)) {
        for (const imported of importsOf(file)) {
          const wrong = judge(room, file, imported);
          if (wrong) found.push(wrong);
        }
      }
    }
  }
  for (const room of Object.keys(rulesArrows)) found.push(...wrongInRules(room));
  return found;
}

/** The rules door and all it reaches must run in a browser: no `node:` module, only rules below. */
function wrongInRules(room: Room): Wrong[] {
  const found: Wrong[] = [];
  for (const file of reachable(path.join(root, 'packages', room.split('/')[0] ?? '', 'src', 'rules.ts'))) {
    for (const imported of importsOf(file)) {
      if (imported.startsWith('node:')) {
        found.push({
          file: path.relative(root, file),
          imports: imported,
          message: `${room} runs in a browser too; it may not import ${imported}.`,
        });
      }
      const wrong = judge(room, file, imported);
      if (wrong) found.push(wrong);
    }
  }
  return found;
}
