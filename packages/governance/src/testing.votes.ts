import { castBallot } from './casting.ts';
import { due } from './decisions.ts';
import type { OptionVote } from './options.ts';
import type { PolicyPatch } from './patch.ts';
import type { ProposalKind } from './policy.ts';
import { type ProposalDetail, proposalOf } from './proposal-pages.ts';
import { type Draft, openProposal, propose } from './proposals.ts';
import type { Choice } from './tally.ts';
import { hour, type Stage } from './testing.ts';

/** What tests of votes do on a stage; each throws where the rules refuse, so that a test shows what it is about. */
export function voting(stage: Stage) {
  const { platform } = stage;
  return {
    async draft(
      author: string,
      kind: ProposalKind,
      patch: PolicyPatch,
      more: Partial<Pick<Draft, 'title' | 'body' | 'terms' | 'options'>> = {},
    ): Promise<string> {
      const ctx = await stage.as(author);
      const words = { title: 'A change', body: 'Because.', ...more };
      const made = await propose(ctx, { kind, patch, against: ctx.policy.hash, ...words });
      if (!made.ok) throw new Error(JSON.stringify(made));
      return made.proposalId;
    },
    async open(author: string, id: string): Promise<void> {
      const opened = await openProposal(await stage.as(author), id);
      if (!opened.ok) throw new Error(JSON.stringify(opened));
    },
    async say(member: string, proposalId: string, said: Choice | OptionVote) {
      const content = typeof said === 'string' ? { choice: said } : { vote: said };
      return castBallot(await stage.as(member), { proposalId, ...content });
    },
    async pass(hours: number): Promise<number> {
      platform.clock.advance(hours * hour);
      return due(platform);
    },
    async page(id: string, asking: string | null = null): Promise<ProposalDetail> {
      const found = await proposalOf(platform.db.read, id, asking);
      if (!found.ok) throw new Error(found.code);
      return found.proposal;
    },
  };
}
