import { type Check, openingOf, type Violation } from '@uncaged/book';
import { canonicalJson } from '@uncaged/book/rules';
import type { Tx } from '@uncaged/platform';
import { type Counted, countSecret, countVote } from './counts.ts';
import * as options from './options.store.ts';
import { definitionOf } from './options.ts';
import { changesPolicy, patchOnto } from './patch.ts';
import * as policies from './policies.store.ts';
import { checkPolicy } from './policy.ts';
import { policyHash } from './policy-hash.ts';
import * as proposals from './proposals.store.ts';
import * as secrets from './secret.store.ts';
import { ballotFlaw } from './secret.ts';
import { patchVoted } from './standing.ts';

/** Governance's invariants, each recomputed on another path than the one that wrote it. */
export const governanceChecks: readonly Check[] = [
  { name: 'policy versions are one chain and hash to what they say', run: brokenChain },
  { name: 'policy versions stand in the book as they are in force', run: unrecordedVersions },
  { name: 'every enacted version is what its passed proposal makes of the one before', run: unvotedVersions },
  { name: 'every tally counts again to what is stored', run: wrongTallies },
  { name: 'the ballots opened at a count are the ballots cast', run: wrongOpenings },
  { name: 'a secret ballot stands on a paper of its vote', run: wrongPapers },
  { name: 'every vote was among the options that stood', run: wrongDefinitions },
];

/** Whether two values are one to the book's canonical bytes; the order of keys does not count. */
function same(one: unknown, other: unknown): boolean {
  const [a, b] = [canonicalJson(one), canonicalJson(other)];
  return a.ok && b.ok && a.text === b.text;
}

async function brokenChain(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  let previous: policies.PolicyRow | null = null;
  for (const row of await policies.all(tx)) {
    const what = `policy:${row.version}`;
    if (row.version !== (previous?.version ?? 0) + 1)
      found.push({ what, detail: 'a version before it is missing' });
    if (row.previousHash !== (previous?.hash ?? null))
      found.push({ what, detail: 'names another hash before it' });
    if (policyHash(row.document) !== row.hash)
      found.push({ what, detail: 'its document hashes to something else' });
    if (!checkPolicy(row.document).ok) found.push({ what, detail: 'its document is no policy' });
    previous = row;
  }
  return found;
}

async function unrecordedVersions(tx: Tx): Promise<Violation[]> {
  const versions = await policies.all(tx);
  const openings = await openingOf(
    tx,
    versions.map((row) => row.entryId),
  );
  return versions
    .filter(({ version, hash, previousHash, document, proposalId, emergencyId, entryId }) => {
      const { why: _, ...recorded } = (openings.get(entryId)?.payload ?? {}) as Record<string, unknown>;
      const emergency = emergencyId === null ? {} : { emergencyId };
      return !same(recorded, { version, hash, previousHash, document, proposalId, ...emergency });
    })
    .map((row) => ({ what: `policy:${row.version}`, detail: 'the book says something else' }));
}

/** The first version that a proposal made; what takes it back later, at its sunset, is not made of its patch. */
async function unvotedVersions(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  const versions = await policies.all(tx);
  const seen = new Set<string>();
  for (const [i, row] of versions.entries()) {
    const before = versions[i - 1];
    const { proposalId } = row;
    if (!before || (proposalId === null && row.emergencyId !== null)) continue;
    if (proposalId !== null && seen.has(proposalId)) continue;
    seen.add(proposalId ?? '');
    const what = `policy:${row.version}`;
    const proposal = proposalId === null ? null : await proposals.byId(tx, proposalId);
    const written = versions.find((one) => one.version === proposal?.againstVersion);
    if (!proposal?.tally?.passed || !['enacted', 'reverted'].includes(proposal.state) || !written) {
      found.push({ what, detail: 'no passed proposal stands behind it' });
      continue;
    }
    if (!changesPolicy(proposal.kind)) continue;
    const made = patchOnto(written.document, before.document, await patchVoted(tx, proposal));
    if (!made.ok || policyHash(made.policy) !== row.hash)
      found.push({ what, detail: `proposal ${proposal.number} makes something else of the version before` });
  }
  return found;
}

async function counted(tx: Tx): Promise<proposals.ProposalRow[]> {
  return (await proposals.all(tx)).filter((proposal) => proposal.tally !== null);
}

async function wrongTallies(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const proposal of await counted(tx)) {
    const { id, number, tally, winners } = proposal;
    const again = await countAgain(tx, proposal);
    if (!same(again?.count, tally) || !same(again?.winners, winners))
      found.push({ what: `proposal:${id}`, detail: `proposal ${number} counts to ${again?.count.words}` });
  }
  return found;
}

async function countAgain(tx: Tx, proposal: proposals.ProposalRow): Promise<Counted | null> {
  const { id, rule, definition, affected } = proposal;
  if (!rule) return null;
  const eligible = await proposals.votersOf(tx, id);
  const key = await secrets.keyOf(tx, id);
  if (key) {
    const ballots = await secrets.secretBallotsOf(tx, id);
    const { fewest } = key;
    return countSecret({ definition, rule, ballots, eligible: eligible.length, fewest });
  }
  const ballots = await proposals.ballotsOf(tx, id);
  const followed = await options.countedDelegationsOf(tx, id);
  const delegations = followed.map(({ fromId, toId }) => ({ from: fromId, to: toId }));
  return countVote({ definition, ballots, delegations, eligible, rule, affected });
}

async function wrongOpenings(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const { id, tally, tallyEntryId } of await counted(tx)) {
    if (await secrets.keyOf(tx, id)) continue;
    const ballots = await proposals.ballotsOf(tx, id);
    const ids = ballots.map((ballot) => ballot.entryId);
    const openings = await openingOf(tx, [tallyEntryId ?? '', ...ids]);
    const closed = openings.get(tallyEntryId ?? '')?.payload as
      | { tally?: unknown; ballots?: unknown }
      | undefined;
    const cast = ballots.map(({ entryId, memberId, choice, vote }) => {
      const opening = openings.get(entryId);
      const content = vote ? { vote } : { choice };
      if (!same(opening?.payload, { proposalId: id, memberId, ...content }))
        found.push({ what: `entry:${entryId}`, detail: 'the book holds another ballot' });
      return { entryId, memberId, ...content, salt: opening?.salt ?? '' };
    });
    if (!same(closed?.ballots, cast) || !same(closed?.tally, tally))
      found.push({ what: `proposal:${id}`, detail: 'the entry of its count says something else' });
  }
  return found;
}

/** Every secret ballot stands on a paper of its vote, and there are no more of them than papers were given out. */
async function wrongPapers(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const { id, number } of await proposals.all(tx)) {
    const key = await secrets.keyOf(tx, id);
    if (!key) continue;
    const ballots = await secrets.secretBallotsOf(tx, id);
    if (ballots.length > (await secrets.papersGiven(tx, id)))
      found.push({ what: `proposal:${id}`, detail: `proposal ${number} holds more ballots than papers` });
    if (ballots.some((ballot) => ballotFlaw(key.modulus, id, ballot) !== null))
      found.push({
        what: `proposal:${id}`,
        detail: `proposal ${number} holds a ballot on no paper of its own`,
      });
  }
  return found;
}

/** What a ballot could name is what the book says was put forward, and its definition what the rule makes of it. */
async function wrongDefinitions(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const { id, kind, number, rule, terms, definition } of await proposals.all(tx)) {
    if (!rule) continue;
    const put = (await options.standingOf(tx, id)).map(({ key }) => key);
    // Candidates who left before the vote opened are passed over.
    const stood = put.filter((key) => kind !== 'election' || definition?.options.includes(key));
    if (!same(definition, definitionOf(kind, rule, terms, stood)))
      found.push({ what: `proposal:${id}`, detail: `proposal ${number} was voted on among other options` });
  }
  return found;
}
