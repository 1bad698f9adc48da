import { describe, expect, it } from 'vitest';
import { captionOf, said } from './captions.ts';

describe('a caption', () => {
  it.each([
    ['Heron over water', [], 'Heron over water'],
    ['heron_over-water.svg', ['bird'], 'heron over water'],
    ['IMG 2034.jpg', ['bird', 'reeds'], 'bird reeds'],
    ['Scan (3)', [], ''],
    ['Untitled', ['moon'], 'moon'],
  ])('of “%s” %j is “%s”', (title, keywords, caption) => {
    expect(captionOf({ title, keywords })).toBe(caption);
  });

  it('by a machine says the colours first that the words do not name, and the ground last', () => {
    const heron = { title: 'A blue heron', keywords: [] };
    expect(said(heron, { colours: ['blue', 'red'], ground: 'white' })).toBe('red a blue heron, white ground');
    expect(said(heron, { colours: [], ground: null })).toBe('a blue heron');
    expect(said({ title: 'Scan 1', keywords: [] }, { colours: ['green'], ground: null })).toBe('green');
  });

  it('takes no longer for a title made to be slow', () => {
    const title = `${'1 '.repeat(20_000)}x`;
    expect(captionOf({ title, keywords: [] })).toHaveLength(title.length);
  });
});
