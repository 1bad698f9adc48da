import { expect, test } from 'vitest';
import { blocks } from './markdown.ts';

test('a card becomes headings, paragraphs, lists, tables and code', () => {
  const card =
    '---\nlicense: cc0\n---\n# Name\nSome `code` and **weight**.\n\n- one\n  more\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nraw\n```';
  expect(blocks(card).map((block) => block.kind)).toEqual(['heading', 'para', 'list', 'table', 'code']);
});

test('only web and house addresses become links; markup stays text', () => {
  const [para] = blocks('[a](javascript:alert(1)) [b](/policy) <b>c</b>');
  const spans = para?.kind === 'para' ? para.spans : [];
  expect(spans.filter((span) => span.kind === 'link')).toEqual([
    { kind: 'link', text: 'b', href: '/policy' },
  ]);
  expect(spans.some((span) => span.text.includes('<b>c</b>'))).toBe(true);
});

test('numbered lines are an ordered list, each with its own words', () => {
  const [list] = blocks('1. **Work is paid.** Silence\n   pays.\n2. Votes bind.');
  expect(list).toMatchObject({ kind: 'list', ordered: true });
  expect(list?.kind === 'list' && list.items.map((item) => item.map(({ text }) => text).join(''))).toEqual([
    'Work is paid. Silence pays.',
    'Votes bind.',
  ]);
});
