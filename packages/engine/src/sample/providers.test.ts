import { expect, test } from 'vitest';
import { candidates, chooseProvider, decide, probe } from './providers.ts';

test('providers are tried in the order of the machine', () => {
  const all = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'];
  expect(candidates('linux', all)).toEqual(['cuda', 'webgpu']);
  expect(candidates('win32', all)).toEqual(['dml', 'cuda', 'webgpu']);
  expect(candidates('darwin', ['cpu', 'coreml', 'webgpu'])).toEqual(['coreml', 'webgpu']);
});

test('the first that is fast wins; the reasons for passing over others are kept', () => {
  expect(decide(['cuda', 'webgpu'], { cuda: { milliseconds: 1 } }).provider).toBe('cuda');
  expect(
    decide(['cuda', 'webgpu'], { cuda: { error: 'no library' }, webgpu: { milliseconds: 900 } }),
  ).toEqual({
    provider: 'cpu',
    reasons: ['cuda: no library', 'webgpu: only a software driver, 900 ms'],
  });
  expect(decide(['webgpu'], {}).reasons).toEqual(['webgpu: the probe did not answer']);
});

test('a probe of what is missing answers and does not throw', async () => {
  const report = await probe(['cuda'], 20_000);
  expect(report.cuda).toHaveProperty('error');
});

test('a probe that hangs is ended', async () => {
  expect(await probe(['cpu'], 1)).toEqual({});
});

test('a forced name must exist', async () => {
  await expect(chooseProvider({ provider: 'abacus' as never })).rejects.toThrow(
    'there is no provider abacus',
  );
  const lines: string[] = [];
  expect(await chooseProvider({ provider: 'cpu', onLog: (line) => lines.push(line) })).toBe('cpu');
  expect(lines).toEqual(['provider cpu (asked for)']);
});
