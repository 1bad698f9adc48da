import { describe, expect, it } from 'vitest';
import { adapterBytes, readAdapterFile } from './adapter-file.ts';
import { adapterFile, fileOf } from './fixtures/files.ts';
import { decideFineTune, type RawFineTune } from './request.ts';
import { mayNow } from './state.ts';

const bounds = {
  outstandingPerMember: 2,
  maxWorks: 3,
  maxSteps: 1000,
  maxRank: 16,
  maxSheetPictures: 8,
  captionMaxCharacters: 20,
  promptMaxCharacters: 30,
};
const asked: RawFineTune = {
  name: 'Night reeds',
  styleWord: 'Mooncut',
  kind: 'adapter',
  items: [
    { workId: 'a', caption: 'a heron' },
    { workId: 'b', caption: '' },
  ],
};

describe('what a maker asks for', () => {
  it('gets its defaults, and a sheet of the style word alone and of the first caption', () => {
    expect(decideFineTune(asked, bounds, 7)).toEqual({
      ok: true,
      wish: {
        name: 'Night reeds',
        styleWord: 'mooncut',
        kind: 'adapter',
        items: [
          { workId: 'a', caption: 'a heron', machineMade: false },
          { workId: 'b', caption: '', machineMade: false },
        ],
        steps: null,
        rank: null,
        seed: 7,
        sheetEvery: 0,
        sheetPrompts: ['mooncut', 'mooncut a heron'],
        sheetSeeds: [1, 2, 3, 4],
      },
    });
  });

  const work = (workId: string, caption = 'x') => ({ workId, caption });
  it.each<[string, Partial<Record<keyof RawFineTune, unknown>>]>([
    ['name_empty', { name: ' \u0007 ' }],
    ['name_too_long', { name: 'n'.repeat(81) }],
    ['style_word_invalid', { styleWord: 'two words' }],
    ['style_word_invalid', { styleWord: 'x1' }],
    ['style_word_invalid', { styleWord: 'mooncuts' }],
    ['style_word_invalid', { styleWord: '' }],
    ['no_works', { items: [] }],
    ['too_many_works', { items: ['a', 'b', 'c', 'd'].map((id) => work(id)) }],
    ['duplicate_work', { items: [work('a'), work('a')] }],
    ['caption_too_long', { items: [work('a', 'x'.repeat(21))] }],
    ['steps_out_of_range', { steps: 0 }],
    ['steps_out_of_range', { steps: 1001 }],
    ['steps_out_of_range', { steps: '10' }],
    ['steps_out_of_range', { sheetEvery: -1 }],
    ['rank_out_of_range', { rank: 17 }],
    ['rank_out_of_range', { rank: 1.5 }],
    ['seed_out_of_range', { seed: '9007199254740992' }],
    ['seed_out_of_range', { sheet: { prompts: ['a'], seeds: [-1] } }],
    ['sheet_too_large', { sheet: { prompts: ['a', 'b', 'c'], seeds: [1, 2, 3] } }],
    ['sheet_too_large', { sheet: { prompts: [], seeds: [1] } }],
    ['prompt_empty', { sheet: { prompts: [' '], seeds: [1] } }],
    ['prompt_too_long', { sheet: { prompts: ['p'.repeat(31)], seeds: [1] } }],
  ])('%s: %j', (code, change) => {
    expect(decideFineTune({ ...asked, ...change } as RawFineTune, bounds, 7)).toMatchObject({
      ok: false,
      code,
      detail: expect.any(String),
    });
  });
});

describe('what may be done now', () => {
  it.each([
    ['draft', false, false, ['start', 'discard']],
    ['waiting', false, false, ['stop']],
    ['running', false, false, ['stop']],
    ['running', false, true, []],
    ['finished', true, false, ['keep', 'discard']],
    ['stopped', true, false, ['continue', 'keep', 'discard']],
    ['stopped', false, false, ['continue', 'discard']],
    ['failed', false, false, ['continue', 'discard']],
    ['kept', true, false, ['discard']],
    ['discarded', false, false, []],
  ] as const)('%s (file: %s, stopping: %s): %j', (state, hasFile, stopWanted, acts) => {
    expect(mayNow({ state, hasFile, stopWanted })).toEqual(acts);
  });
});

describe('an adapter’s file', () => {
  it('says what it is', () => {
    expect(readAdapterFile(adapterFile())).toEqual({
      ok: true,
      adapter: {
        name: 'Night reeds',
        styleWord: 'mooncut',
        base: { name: 'tiny', weightsSha256: 'ab'.repeat(32) },
        rank: 2,
        steps: 40,
        manifest: { works: [{ title: 'Heron' }] },
        works: 1,
      },
    });
  });

  const deep = `${'['.repeat(40)}${']'.repeat(40)}`;
  it.each([
    ['too long', { manifest: JSON.stringify({ works: 'x'.repeat(1024 * 1024) }) }],
    ['too deep', { manifest: `{"works":${deep}}` }],
    ['no JSON', { manifest: 'none' }],
    ['a list', { manifest: '[]' }],
  ])('may have a manifest that says nothing: %s', (_, metadata) => {
    expect(readAdapterFile(adapterFile({ metadata }))).toMatchObject({
      adapter: { manifest: null, works: 0 },
    });
  });

  const good = adapterFile();
  const patched = (at: number, value: number) => {
    const bytes = good.slice();
    bytes[bytes.length - at] = value;
    return bytes;
  };
  const tensors = (change: object) => ({ tensors: change });
  const half = { dtype: 'F16', shape: [2, 4], data_offsets: [0, 16] };
  it.each<[string, string, Uint8Array]>([
    ['adapter_too_large', 'longer than 64 MB', new Uint8Array(adapterBytes + 1)],
    ['adapter_not_safetensors', 'nothing', new Uint8Array()],
    ['adapter_not_safetensors', 'words', new TextEncoder().encode('not a file of tensors at all')],
    ['adapter_not_safetensors', 'cut in the header', good.slice(0, 40)],
    ['adapter_not_safetensors', 'a header that is no JSON', fileOf('{"a":', 0)],
    ['adapter_not_safetensors', 'a header that is a list', fileOf('[]', 0)],
    ['adapter_not_safetensors', 'an unknown type', fileOf({ a: { ...half, dtype: 'I8' } }, 16)],
    ['adapter_not_safetensors', 'a shape below nothing', fileOf({ a: { ...half, shape: [-2, -4] } }, 16)],
    ['adapter_not_safetensors', 'metadata of numbers', fileOf({ __metadata__: { rank: 2 } }, 0)],
    ['adapter_lying_offsets', 'cut in the numbers', good.slice(0, -2)],
    ['adapter_lying_offsets', 'more than it says', fileOf({ a: half }, 18)],
    ['adapter_lying_offsets', 'a gap', fileOf({ a: { ...half, data_offsets: [2, 18] } }, 18)],
    ['adapter_lying_offsets', 'overlapping', fileOf({ a: half, b: half }, 16)],
    ['adapter_lying_offsets', 'another length', fileOf({ a: { ...half, shape: [2, 5] } }, 16)],
    ['adapter_not_finite', 'an infinity', patched(1, 0x7c)],
    ['adapter_not_finite', 'not a number', patched(1, 0xfe)],
    ['adapter_unnamed', 'no metadata', fileOf({ a: half }, 16)],
    ['adapter_unnamed', 'another format', adapterFile({ metadata: { format: 'lora' } })],
    ['adapter_unnamed', 'no name', adapterFile({ metadata: { name: ' ' } })],
    ['adapter_unnamed', 'a style word of two', adapterFile({ metadata: { style_word: 'moon cut' } })],
    ['adapter_unnamed', 'no base', adapterFile({ metadata: { base_sha256: 'commons' } })],
    ['adapter_unnamed', 'rank 0', adapterFile({ metadata: { rank: '0' } })],
    ['adapter_misshapen', 'another rank', adapterFile({ metadata: { rank: '3' } })],
    ['adapter_misshapen', 'half a pair', adapterFile(tensors({ 'block.0.qkv.A': [2, 4] }))],
    ['adapter_misshapen', 'no pair', adapterFile(tensors({ style: [4] }))],
  ])('%s: %s', (code, _, bytes) => {
    expect(readAdapterFile(bytes)).toMatchObject({ ok: false, code, detail: expect.any(String) });
  });
});
