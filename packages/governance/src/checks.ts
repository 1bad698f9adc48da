import { type Check, openingOf, type Violation } from '@uncaged/book';
import { canonicalJson } from '@uncaged/book/rules';
import type { Tx } from '@uncaged/platform';
import { patchOnto } from './patch.ts';
import * as policies from './policies.store.ts';
import { checkPolicy } from './policy.ts';
import { policyHash } from './policy-hash.ts';
import * as proposals from './proposals.store.ts';
import { tallyYesNo } from './tally.ts';

/** Governance's invariants, each recomputed on another path than the one that wrote it. */
export const governanceChecks: readonly Check[] = [
  { name: 'policy versions are one chain and hash to what they say', run: brokenChain },
  { name: 'policy versions stand in the book as they are in force', run: unrecordedVersions },
  { name: 'every enacted version is what its passed proposal makes of the one before', run: unvotedVersions },
  { name: 'every tally counts again to what is stored', run: wrongTallies },
  { name: 'the ballots opened at a count are the ballots cast', run: wrongOpenings },
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
    .filter(({ version, hash, previousHash, document, proposalId, entryId }) => {
      const recorded = openings.get(entryId)?.payload;
      return !same(recorded, { version, hash, previousHash, document, proposalId });
    })
    .map((row) => ({ what: `policy:${row.version}`, detail: 'the book says something else' }));
}

async function unvotedVersions(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  const versions = await policies.all(tx);
  for (const [i, row] of versions.entries()) {
    const before = versions[i - 1];
    if (!before) continue;
    const what = `policy:${row.version}`;
    const proposal = row.proposalId === null ? null : await proposals.byId(tx, row.proposalId);
    const written = versions.find((one) => one.version === proposal?.againstVersion);
    if (!proposal?.tally?.passed || proposal.state !== 'enacted' || !written) {
      found.push({ what, detail: 'no passed proposal stands behind it' });
      continue;
    }
    const made = patchOnto(written.document, before.document, proposal.patch);
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
  for (const { id, number, rule, tally } of await counted(tx)) {
    const ballots = await proposals.ballotsOf(tx, id);
    const again = rule && tallyYesNo(ballots, await proposals.votersOf(tx, id), rule);
    if (!same(again, tally))
      found.push({ what: `proposal:${id}`, detail: `proposal ${number} counts to ${again?.words}` });
  }
  return found;
}

async function wrongOpenings(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const { id, tally, tallyEntryId } of await counted(tx)) {
    const ballots = await proposals.ballotsOf(tx, id);
    const ids = ballots.map((ballot) => ballot.entryId);
    const openings = await openingOf(tx, [tallyEntryId ?? '', ...ids]);
    const closed = openings.get(tallyEntryId ?? '')?.payload as
      | { tally?: unknown; ballots?: unknown }
      | undefined;
    const cast = ballots.map(({ entryId, memberId, choice }) => {
      const opening = openings.get(entryId);
      if (!same(opening?.payload, { proposalId: id, memberId, choice }))
        found.push({ what: `entry:${entryId}`, detail: 'the book holds another ballot' });
      return { entryId, memberId, choice, salt: opening?.salt ?? '' };
    });
    if (!same(closed?.ballots, cast) || !same(closed?.tally, tally))
      found.push({ what: `proposal:${id}`, detail: 'the entry of its count says something else' });
  }
  return found;
}
