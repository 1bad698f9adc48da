import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { loadModel } from './load.ts';
import { writeTinyModel } from './tiny.ts';

const dir = await mkdtemp(join(tmpdir(), 'engine-load-'));
afterAll(() => rm(dir, { recursive: true }));
beforeEach(() => writeTinyModel(dir));

async function editRecord(change: (record: Record<string, unknown>) => void): Promise<void> {
  const record = JSON.parse(await readFile(join(dir, 'tiny.json'), 'utf8'));
  change(record);
  await writeFile(join(dir, 'tiny.json'), JSON.stringify(record));
}

test('a model is loaded with every parameter', async () => {
  const loaded = await loadModel(dir, 'tiny');
  if (!loaded.ok) throw new Error(loaded.message);
  expect(loaded.model.index.get('red')).toBe(6);
  expect(loaded.model.parameters.get('block.0.qkv')).toHaveLength(16 * 48);
});

test('a missing, altered or misdescribed model is refused', async () => {
  expect(await loadModel(dir, 'other')).toMatchObject({ ok: false, code: 'model_missing' });
  await editRecord((record) => Object.assign(record, { config: { ...(record.config as object), dim: 32 } }));
  expect(await loadModel(dir, 'tiny')).toMatchObject({ ok: false, code: 'model_invalid' });
  await editRecord((record) => Object.assign(record, { config: { ...(record.config as object), dim: -1 } }));
  expect(await loadModel(dir, 'tiny')).toMatchObject({ ok: false, code: 'model_invalid' });
  await writeFile(join(dir, 'tiny.json'), 'null');
  expect(await loadModel(dir, 'tiny')).toMatchObject({ ok: false, code: 'model_invalid' });
  await writeTinyModel(dir);
  const bytes = await readFile(join(dir, 'tiny.safetensors'));
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  await writeFile(join(dir, 'tiny.safetensors'), bytes);
  const altered = await loadModel(dir, 'tiny');
  expect(altered).toMatchObject({ ok: false, code: 'model_invalid' });
  expect(!altered.ok && altered.message).toContain('SHA-256');
});
