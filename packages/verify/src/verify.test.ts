import { FILES, formatVerifierKey, utf8 } from '@uncaged/book/rules';
import {
  emptyPool,
  stepIndex,
  type TermsPayload,
  termsFromPayload,
  termsHash,
} from '@uncaged/compensation/rules';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flipBytes } from './bench/flips.ts';
import { at, exampleFacts, manifest, moved, weights } from './example.testing.ts';
import type { FindingCode } from './finding.ts';
import { blobReader } from './source.ts';
import {
  type ForgedFact,
  type Forgery,
  forgeArchive,
  forgedId,
  forgeEntries,
  forgersKey,
} from './testing.ts';
import { verifyArchive } from './verify.ts';
import { verdictInWords } from './words.ts';

const blobs = [weights, manifest];
const archiveOf = (facts: readonly ForgedFact[], forgery: Forgery = {}) =>
  forgeArchive(forgeEntries(facts), { blobs, ...forgery });
const honest = archiveOf(exampleFacts());
/** A copy of a fact's payload to change. */
type Bent = Record<string, unknown>;
const bend = (fact: ForgedFact, change: (payload: Bent) => void) => {
  fact.payload = structuredClone(fact.payload ?? {});
  change(fact.payload as Bent);
};

test('an honest archive is confirmed, with what it says', async () => {
  const verdict = await verifyArchive(honest);
  if (!verdict.ok) throw new Error(verdictInWords(verdict));
  expect(verdictInWords(verdict)).toMatchSnapshot();
});

test('the same from a Blob, as a browser reads a picked file', async () => {
  const verdict = await verifyArchive(blobReader(new Blob([honest as Uint8Array<ArrayBuffer>])));
  expect(verdict).toMatchObject({ ok: true, figures: { entries: 24, receipts: 0, bytes: honest.length } });
});

test('the key someone noted is compared', async () => {
  const expectedKey = formatVerifierKey(forgersKey);
  expect(await verifyArchive(honest, { expectedKey })).toMatchObject({ ok: true });
  const other = formatVerifierKey({ ...forgersKey, publicKey: new Uint8Array(32) });
  expect(await verifyArchive(honest, { expectedKey: other })).toMatchObject({ ok: false, code: 'other_key' });
});

test('no single byte can change, anywhere in the file', async () => {
  const flips = await flipBytes(honest, 100, 42);
  expect(flips.missed).toEqual([]);
  expect(flips.found).toBe(100);
});

test('no byte of the container, the key, the seal or the manifest can change', async () => {
  // Headers and the first files, and the directory at the end.
  const end = honest.length - 22 - 46 * 3;
  const offsets = [
    ...Array.from({ length: 600 }, (_, n) => n * 3),
    ...Array.from({ length: honest.length - end }, (_, n) => end + n),
  ];
  for (const offset of offsets) {
    const changed = honest.slice();
    changed[offset] = (changed[offset] as number) ^ 1;
    expect((await verifyArchive(changed)).ok, `byte ${offset}`).toBe(false);
  }
});

test('whatever it is given, it answers', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      expect(await verifyArchive(bytes)).toMatchObject({ ok: false, code: 'malformed_zip' });
    }),
  );
  for (const length of [0, 21, 22, 100, honest.length - 1]) {
    expect(await verifyArchive(honest.slice(0, length))).toMatchObject({ ok: false });
  }
  expect(await verifyArchive(new Uint8Array([...honest, 0]))).toMatchObject({
    ok: false,
    code: 'malformed_zip',
  });
});

test('a changed byte of an entry is named with the entry', async () => {
  const text = new TextDecoder('latin1').decode(honest);
  const offset = text.indexOf('"amount":"2500"', text.indexOf('"amount":"-2500"'));
  const changed = honest.slice();
  changed[offset + 11] = 57;
  expect(await verifyArchive(changed)).toMatchObject({
    ok: false,
    code: 'unbalanced',
    file: FILES.entries,
    line: at.accepted + 1,
    entry: forgedId(at.accepted),
  });
});

// A signed lie: the operator holds the key and signs everything around it anew.
const lies: [string, FindingCode, number, (facts: ForgedFact[]) => void][] = [
  [
    'a vote on something else than was proposed',
    'broken_vote',
    at.opened,
    (facts) => bend(facts[at.created] as ForgedFact, (payload) => Object.assign(payload, { patch: [] })),
  ],
  [
    'a vote under an easier rule',
    'broken_vote',
    at.opened,
    (facts) =>
      bend(facts[at.opened] as ForgedFact, ({ rule }) => Object.assign(rule as object, { delayHours: 0 })),
  ],
  [
    'a vote among friends',
    'broken_vote',
    at.opened,
    (facts) => bend(facts[at.opened] as ForgedFact, ({ eligible }) => (eligible as string[]).pop()),
  ],
  [
    'a vote with a stranger',
    'broken_vote',
    at.opened,
    (facts) => bend(facts[at.opened] as ForgedFact, ({ eligible }) => (eligible as string[]).push('nacht')),
  ],
  [
    'a vote that is over too soon',
    'broken_vote',
    at.opened,
    (facts) =>
      bend(facts[at.opened] as ForgedFact, (payload) =>
        Object.assign(payload, { closesAt: '2026-03-02T05:00:00.000Z' }),
      ),
  ],
  [
    'a policy before its delay is over',
    'broken_policy',
    at.enacted,
    (facts) => {
      delete (facts[at.enacted] as ForgedFact).time;
    },
  ],
  [
    'a call under an old policy',
    'broken_payment',
    at.call,
    (facts) =>
      bendTerms(facts, (terms) =>
        Object.assign(terms.policy as object, { version: 1, hash: 'ab'.repeat(32) }),
      ),
  ],
  [
    'a call below the rate card',
    'broken_payment',
    at.call,
    (facts) =>
      bendTerms(facts, (terms) => Object.assign(terms, { rates: [{ kind: 'bug', amount: '2400' }] })),
  ],
  [
    'a call that pays reviews less',
    'broken_payment',
    at.call,
    (facts) => bendTerms(facts, (terms) => Object.assign(terms, { reviewRate: '400' })),
  ],
  [
    'a call opened again on other terms',
    'broken_payment',
    at.call + 1,
    (facts) => facts.splice(at.call + 1, 0, facts[at.call] as ForgedFact),
  ],
  [
    'money moved by no rule',
    'broken_payment',
    24,
    (facts) =>
      facts.push({
        kind: 'gift.given',
        subject: 'member:heron',
        postings: moved('fund:main', 'member:heron', 5n),
      }),
  ],
  [
    'money from another member',
    'broken_payment',
    at.deposit,
    (facts) => {
      (facts[at.deposit] as ForgedFact).postings = moved('world:grant', 'member:heron', 100_000n);
    },
  ],
  [
    'a royalty of another amount',
    'broken_royalty',
    at.royalty,
    (facts) =>
      bend(facts[at.royalty] as ForgedFact, (payload) => {
        bendPostings(facts, at.royalty, 4n);
        Object.assign(payload, { amount: '4', indexAfter: String(stepIndex(emptyPool, 4n, 2n).after.index) });
      }),
  ],
  [
    'a dataset registered over another',
    'broken_model',
    at.model + 1,
    (facts) => facts.splice(at.model + 1, 0, facts[at.dataset] as ForgedFact),
  ],
  [
    'a clip that mixes an adapter nobody kept',
    'broken_model',
    at.clip,
    (facts) => bend(facts[at.clip] as ForgedFact, (payload) => Object.assign(payload, { adapters: [mixed] })),
  ],
  [
    'a clip that mixes other bytes than the adapter has',
    'broken_model',
    at.clip + 1,
    (facts) => {
      bend(facts[at.clip] as ForgedFact, (payload) => {
        const baseWeightsSha256 = String(payload.weightsSha256);
        const said = { adapterId: 'a-1', sha256: 'cd'.repeat(32), baseWeightsSha256, works: 3 };
        facts.splice(at.clip, 0, { kind: 'adapter.kept', subject: 'adapter:a-1', payload: said });
        Object.assign(payload, { adapters: [mixed] });
      });
    },
  ],
  ['a clip done twice', 'broken_model', 24, (facts) => facts.push(facts[at.clip] as ForgedFact)],
  [
    'a public payload that is gone without a word',
    'malformed_entry',
    24,
    (facts) => facts.push({ kind: 'note.made', subject: 'note:1', closed: 'erased' }),
  ],
  ['money from nowhere', 'overdrawn', at.call, (facts) => bendPostings(facts, at.deposit, 10n)],
  [
    'a ballot counted otherwise than cast',
    'broken_vote',
    at.closed,
    (facts) =>
      bend(facts[at.closed] as ForgedFact, ({ ballots }) =>
        Object.assign((ballots as object[])[2] as object, { choice: 'yes' }),
      ),
  ],
  [
    'a ballot left out',
    'broken_vote',
    at.closed,
    (facts) => bend(facts[at.closed] as ForgedFact, ({ ballots }) => (ballots as object[]).pop()),
  ],
  [
    'a ballot counted twice',
    'broken_vote',
    at.closed,
    (facts) =>
      bend(facts[at.closed] as ForgedFact, ({ ballots }) =>
        (ballots as object[]).push((ballots as object[])[0] as object),
      ),
  ],
  [
    'another tally',
    'broken_vote',
    at.closed,
    (facts) =>
      bend(facts[at.closed] as ForgedFact, ({ tally }) => Object.assign(tally as object, { yes: 3 })),
  ],
  [
    'another outcome',
    'broken_vote',
    at.closed,
    (facts) =>
      bend(facts[at.closed] as ForgedFact, (payload) => Object.assign(payload, { outcome: 'rejected' })),
  ],
  [
    'a count before the close',
    'broken_vote',
    at.closed,
    (facts) => {
      (facts[at.closed] as ForgedFact).time = '2026-03-02T06:00:00.000Z';
    },
  ],
  [
    'a ballot of somebody not eligible',
    'broken_vote',
    10,
    (facts) => {
      (facts[10] as ForgedFact).actor = 'nacht';
    },
  ],
  [
    'a policy that is not what was voted',
    'broken_policy',
    at.enacted,
    (facts) =>
      bend(facts[at.enacted] as ForgedFact, ({ document }) =>
        Object.assign(document as object, { safeguards: {} }),
      ),
  ],
  [
    'a policy without a vote',
    'broken_policy',
    at.enacted,
    (facts) =>
      bend(facts[at.enacted] as ForgedFact, (payload) => Object.assign(payload, { proposalId: null })),
  ],
  [
    'a policy after another one',
    'broken_policy',
    at.enacted,
    (facts) =>
      bend(facts[at.enacted] as ForgedFact, (payload) =>
        Object.assign(payload, { previousHash: 'ab'.repeat(32) }),
      ),
  ],
  [
    'a policy that skips a version',
    'broken_policy',
    at.enacted,
    (facts) => bend(facts[at.enacted] as ForgedFact, (payload) => Object.assign(payload, { version: 3 })),
  ],
  [
    'a hidden policy',
    'broken_policy',
    at.enacted,
    (facts) => {
      (facts[at.enacted] as ForgedFact).closed = 'erased';
    },
  ],
  ['a budget not set aside', 'broken_payment', at.call, (facts) => bendPostings(facts, at.call, 10n)],
  [
    'terms changed after the fact',
    'broken_payment',
    at.call,
    (facts) =>
      bend(facts[at.call] as ForgedFact, (payload) =>
        Object.assign(payload, { deadline: '2027-04-01T00:00:00.000Z' }),
      ),
  ],
  [
    'less pay than promised',
    'broken_payment',
    at.accepted,
    (facts) => bendPostings(facts, at.accepted, 2400n),
  ],
  [
    'pay for somebody else',
    'broken_payment',
    at.accepted,
    (facts) => {
      (facts[at.accepted] as ForgedFact).postings = moved('escrow:c1', 'member:heron', 2500n);
    },
  ],
  [
    'a verdict nobody gave',
    'broken_payment',
    at.accepted,
    (facts) =>
      bend(facts[at.accepted] as ForgedFact, ({ reviews }) =>
        Object.assign((reviews as object[])[0] as object, { verdict: 'reject' }),
      ),
  ],
  [
    'acceptance by silence before its time',
    'broken_payment',
    at.accepted,
    (facts) => bend(facts[at.accepted] as ForgedFact, (payload) => Object.assign(payload, { by: 'silence' })),
  ],
  ['pay a second time', 'broken_payment', 24, (facts) => facts.push(facts[at.accepted] as ForgedFact)],
  [
    'a royalty out of thin air',
    'broken_royalty',
    at.royalty,
    (facts) =>
      bend(facts[at.royalty] as ForgedFact, (payload) =>
        Object.assign(payload, { indexAfter: '99999999999999999999' }),
      ),
  ],
  ['a royalty not paid in', 'broken_royalty', at.royalty, (facts) => bendPostings(facts, at.royalty, 1n)],
  [
    'a clip by other weights',
    'broken_model',
    at.clip,
    (facts) =>
      bend(facts[at.clip] as ForgedFact, (payload) =>
        Object.assign(payload, { weightsSha256: 'cd'.repeat(32) }),
      ),
  ],
  [
    'a clip under a policy that never was',
    'broken_policy',
    at.clip,
    (facts) =>
      bend(facts[at.clip] as ForgedFact, (payload) =>
        Object.assign(payload, { policyHash: 'cd'.repeat(32) }),
      ),
  ],
  [
    'a model of an unknown dataset',
    'broken_model',
    at.model,
    (facts) => bend(facts[at.model] as ForgedFact, (payload) => Object.assign(payload, { datasetId: 'd2' })),
  ],
  [
    'a dataset with another root',
    'broken_model',
    at.dataset,
    (facts) =>
      bend(facts[at.dataset] as ForgedFact, (payload) => Object.assign(payload, { root: 'cd'.repeat(32) })),
  ],
  [
    'a payload no rule can read',
    'malformed_payload',
    at.accepted,
    (facts) => bend(facts[at.accepted] as ForgedFact, (payload) => Object.assign(payload, { callId: 7 })),
  ],
];

/** Other terms, with the hash they have. */
/** An adapter's part in a clip. */
const mixed = { adapterId: 'a-1', sha256: 'ab'.repeat(32), weight: '1' };

function bendTerms(facts: ForgedFact[], change: (terms: Bent) => void): void {
  bend(facts[at.call] as ForgedFact, (payload) => {
    change(payload);
    payload.termsHash = termsHash(termsFromPayload(payload as unknown as TermsPayload));
  });
}

function bendPostings(facts: ForgedFact[], n: number, amount: bigint): void {
  const fact = facts[n] as ForgedFact;
  fact.postings =
    fact.postings?.map((posting) => ({ ...posting, amount: posting.amount < 0n ? -amount : amount })) ?? [];
}

describe('a lie that is signed is found by running the rules again', () => {
  test.each(lies)('%s', async (_, code, n, lie) => {
    const facts = exampleFacts();
    lie(facts);
    expect(await verifyArchive(archiveOf(facts))).toMatchObject({
      ok: false,
      code,
      entry: forgedId(n),
    });
  });
});

const fileLies: [string, FindingCode, string, Forgery][] = [
  ['a policy file that differs', 'repeated_wrongly', 'policy/1.json', { files: { 'policy/1.json': '{}' } }],
  [
    'a ballots file that differs',
    'repeated_wrongly',
    'ballots/p1.jsonl',
    { files: { 'ballots/p1.jsonl': '' } },
  ],
  [
    'a table of postings that differs',
    'repeated_wrongly',
    FILES.postings,
    { files: { [FILES.postings]: 'x\n' } },
  ],
  ['a file nobody speaks of', 'unexpected_file', 'notes.txt', { files: { 'notes.txt': 'hello' } }],
  ['checkpoints missing', 'root_mismatch', FILES.entries, { files: { [FILES.checkpoints]: '' } }],
  [
    'checkpoints that are none',
    'bad_checkpoint',
    FILES.checkpoints,
    { files: { [FILES.checkpoints]: 'a\nb\n' } },
  ],
  ['entries missing', 'root_mismatch', FILES.entries, { files: { [FILES.entries]: '' } }],
  ['an entry of another form', 'malformed_line', FILES.entries, { files: { [FILES.entries]: '{ }\n' } }],
  [
    'an entry that is not text',
    'malformed_line',
    FILES.entries,
    { files: { [FILES.entries]: new Uint8Array([255, 10]) } },
  ],
  ['an entry cut short', 'malformed_line', FILES.entries, { files: { [FILES.entries]: '{}' } }],
  ['weights missing', 'missing_blob', FILES.entries, { blobs: [manifest] }],
  ['no readme', 'missing_file', FILES.readme, { without: [FILES.readme] }],
  ['keys that are none', 'malformed_keys', FILES.keys, { files: { [FILES.keys]: '{}\n' } }],
];

test.each(fileLies)('%s', async (_, code, file, forgery) => {
  expect(await verifyArchive(archiveOf(exampleFacts(), forgery))).toMatchObject({ ok: false, code, file });
});

test('a blob under another name is found', async () => {
  const { length } = utf8('blobs/sha256/');
  const path = `blobs/sha256/${'ef'.repeat(32)}`;
  expect(path).toHaveLength(length + 64);
  const verdict = await verifyArchive(archiveOf(exampleFacts(), { files: { [path]: weights } }));
  expect(verdict).toMatchObject({ ok: false, code: 'unexpected_file', file: path });
});

test('a history rewritten between checkpoints is found at the first old checkpoint', async () => {
  const facts = exampleFacts();
  const old = forgeEntries(facts);
  const rewritten = forgeEntries(
    facts.with(0, { ...(facts[0] as ForgedFact), payload: { name: 'Other', currency: 'EUR' } }),
  );
  const verdict = await verifyArchive(forgeArchive(rewritten, { blobs, checkpointsOf: old }));
  expect(verdict).toMatchObject({ ok: false, code: 'root_mismatch', entry: forgedId(3) });
});
