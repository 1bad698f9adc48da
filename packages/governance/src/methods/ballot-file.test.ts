import { expect, test } from 'vitest';
import { type Asked, readBallotFile } from './ballot-file.ts';
import { countFile } from './count-file.ts';

const file = (text: string, method: Asked['method'] = 'schulze') => readBallotFile(text, { method });

test('rankings, with comments, blank lines and names of several words', () => {
  expect(file('# a vote\n\n 3 : the old door > B = C  # three of them\r\n1:abstain\n')).toEqual({
    ok: true,
    definition: { method: 'schulze', options: ['the old door', 'B', 'C'], unranked: 'implicit' },
    papers: [
      { count: 3, vote: { ranking: [['the old door'], ['B', 'C']] } },
      { count: 1, vote: { abstain: true } },
    ],
  });
});

test('the order put forward is as listed, else as names first appear', () => {
  const options = (text: string) => {
    const read = file(text);
    return read.ok && read.definition.options;
  };
  expect(options('options: C, B, A\n1:A>B')).toEqual(['C', 'B', 'A']);
  expect(options('1:B>A\n1:C')).toEqual(['B', 'A', 'C']);
});

test('approvals, points, amounts, yes and no', () => {
  expect(file('4:A,B', 'approval')).toMatchObject({ papers: [{ count: 4, vote: { approve: ['A', 'B'] } }] });
  expect(file('2:A=5,B=3', 'score')).toMatchObject({
    definition: { scoreMax: 5 },
    papers: [{ vote: { scores: { A: 5, B: 3 } } }],
  });
  expect(file('2:A=60,B=40\n1:B=100', 'budget')).toMatchObject({ definition: { total: 100 } });
  const yes = countFile('12:yes\n3:no\n2:abstain', { method: 'yes_no' });
  expect(yes).toMatchObject({ ok: true, count: { method: 'yes_no', tally: { yes: 12, passed: true } } });
});

test('a council’s BLT file', () => {
  const text = '3 2\n12 1 3 0\n5 2 0\n1 0\n0\n"A man"\n"B"\n"C"\n"A ward"\n';
  expect(readBallotFile(text, { method: 'stv' })).toEqual({
    ok: true,
    definition: { method: 'stv', options: ['A man', 'B', 'C'], unranked: 'implicit', seats: 2 },
    papers: [
      { count: 12, vote: { ranking: [['A man'], ['C']] } },
      { count: 5, vote: { ranking: [['B']] } },
    ],
  });
});

const bad: [string, Asked['method'], string, number, string][] = [
  ['no count', 'schulze', '\nA>B', 2, 'a line begins with how many ballots are so, and a colon: 3:A>B=C'],
  ['none of them', 'schulze', '0:A', 1, 'a line begins with how many'],
  ['too many', 'schulze', '2147483647:A\n1:A', 2, 'more than 2147483647 ballots'],
  ['nothing after the count', 'approval', '3:', 1, 'a blank ballot is written abstain'],
  ['a missing name', 'schulze', '3:A>>B', 1, 'a name is missing'],
  ['a name twice', 'schulze', '3:A>B\n1:A>A', 2, 'an option is named twice'],
  ['a name that is not listed', 'schulze', 'options: A\n1:A>B', 2, 'B is no option of this vote'],
  ['a list that names one twice', 'schulze', 'options: A, A', 1, 'an option is listed twice'],
  ['a shared rank in STV', 'stv', '3:A=B', 1, 'cannot share a rank'],
  ['points that are no number', 'score', '3:A=x', 1, 'A=x is no option with a whole number'],
  ['points given twice', 'score', '3:A=1,A=2', 1, 'A is named twice'],
  ['amounts of another total', 'budget', '1:A=10\n1:A=9', 2, 'the amounts sum to 9; they have to sum to 10'],
  ['neither yes nor no', 'yes_no', '1:maybe', 1, 'maybe is not yes, no or abstain'],
  ['an empty file', 'schulze', '# nothing\n', 1, 'no ballots'],
  ['BLT for approval', 'approval', '2 1\n1 1 0\n0\n"A"\n"B"', 1, 'ask for stv or schulze'],
  ['BLT that does not end', 'stv', '2 1\n1 1 0\n', 2, 'end with a line that is 0'],
  ['BLT without names', 'stv', '2 1\n1 1 0\n0\n"A"', 4, 'follow 2 names'],
  ['BLT with a line cut off', 'stv', '2 1\n1 1\n0\n"A"\n"B"', 2, 'a line of a BLT file is'],
  ['BLT with an unknown number', 'stv', '2 1\n1 3 0\n0\n"A"\n"B"', 2, 'there is no candidate 3'],
];
test.each(bad)('%s is told by its line', (_, method, text, line, reason) => {
  expect(file(text, method)).toEqual({ ok: false, line, reason: expect.stringContaining(reason) });
});
