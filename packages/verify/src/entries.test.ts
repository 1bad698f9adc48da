import { canonicalJson, entryLine, type Json } from '@uncaged/book/rules';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLine } from './entries.ts';
import { at, exampleFacts } from './example.testing.ts';
import { forgeEntries } from './testing.ts';

const lines = forgeEntries(exampleFacts()).map(entryLine);
type Fields = { [key: string]: Json };
const fieldsOf = (n: number) => JSON.parse(lines[n] ?? '') as Fields;
const spelled = (fields: Json) => {
  const written = canonicalJson(fields);
  if (!written.ok) throw new Error(written.code);
  return written.text;
};

test('an entry and its payload are read as they were written', () => {
  for (const line of lines) {
    const read = readLine(line);
    expect(read && entryLine(read.entry)).toBe(line);
    expect(read?.payload ?? null).toBe(read?.entry.opening ? spelled(read.entry.opening.payload) : null);
  }
});

test('a payload is cut out whole, whatever it holds', () => {
  const fields = fieldsOf(at.deposit);
  const payload = { position: 1, payload: { position: ',"position":', 'a,"': '","payload":"' } };
  const line = spelled({ ...fields, payload, actor: ',"payload":{' });
  expect(readLine(line)?.payload).toBe(spelled(payload));
});

const posting = (change: Fields): Fields => {
  const [one, ...more] = fieldsOf(at.deposit).postings as Fields[];
  return { postings: [{ ...one, ...change }, ...more] };
};

test.each<[string, number, Fields]>([
  ['a field of its own', at.deposit, { colour: 'red' }],
  ['a payload and a reason why there is none', at.deposit, { closed: 'private' }],
  ['no salt', at.deposit, { salt: null }],
  ['a salt for nothing', 3, { salt: '00'.repeat(32) }],
  ['another reason', 3, { closed: 'lost' }],
  ['a time in other words', at.deposit, { time: '2026-03-01T15:00:00Z' }],
  ['a time that is none', at.deposit, { time: 'noon' }],
  ['a position as text', at.deposit, { position: '2' }],
  ['a position before the first', at.deposit, { position: -1 }],
  ['a hash in capitals', at.deposit, { leafHash: 'AB'.repeat(32) }],
  ['a short commitment', at.deposit, { commitment: 'ab' }],
  ['an actor that is a number', at.deposit, { actor: 1 }],
  ['a posting with more to say', at.deposit, posting({ memo: '' })],
  ['an amount with a plus', at.deposit, posting({ amount: '+1' })],
  ['an amount of nothing', at.deposit, posting({ amount: '0' })],
])('no entry: %s', (_, n, change) => {
  expect(readLine(spelled({ ...fieldsOf(n), ...change }))).toBeNull();
});

test('whatever is read is the one spelling of what was read', () => {
  fc.assert(
    fc.property(
      fc.nat(lines.length - 1),
      fc.constantFrom('actor', 'closed', 'id', 'payload', 'position', 'postings', 'salt', 'time', 'x'),
      fc.option(fc.jsonValue({ maxDepth: 2 }), { nil: undefined }),
      (n, field, value) => {
        const { [field]: _, ...fields } = fieldsOf(n);
        const written = canonicalJson(value === undefined ? fields : { ...fields, [field]: value });
        const read = written.ok ? readLine(written.text) : null;
        if (read && written.ok) expect(entryLine(read.entry)).toBe(written.text);
      },
    ),
    { numRuns: 500 },
  );
});
