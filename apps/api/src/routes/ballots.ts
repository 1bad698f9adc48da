import { ballotEndpoints as wire } from '@uncaged/contract';
import { castBallot, castSecretBallot, givePaper } from '@uncaged/governance';
import { type Deps, newRoutes } from '../deps.ts';
import { detailed } from '../detailed.ts';
import { route } from '../route.ts';
import { wired } from '../wired.ts';

/** Ballots in one's own name, and the papers and ballots of secret votes. */
export function ballotRoutes(deps: Deps) {
  const app = newRoutes();

  route(
    app,
    wire.cast,
    { summary: 'Cast a ballot, or change it' },
    async ({ c, params, body, idempotencyKey }) => {
      const proposalId = params.id ?? '';
      const asked = { ...body, proposalId, idempotencyKey };
      const cast = await castBallot(await deps.contextOf(c), asked);
      if (!cast.ok) return detailed(cast);
      const { replaced, replacedVote, closesAt, entry } = cast;
      const receipt = await deps.receipt(entry);
      const said = { choice: 'choice' in body ? body.choice : null, vote: 'vote' in body ? body.vote : null };
      return { ok: true, answer: wired({ proposalId, ...said, replaced, replacedVote, closesAt, receipt }) };
    },
  );
  route(
    app,
    wire.givePaper,
    { summary: 'Have a blinded ballot paper signed, once' },
    async ({ c, params, body }) => {
      const blinded = Buffer.from(body.blinded, 'hex');
      const given = await givePaper(await deps.contextOf(c), { proposalId: params.id ?? '', blinded });
      if (!given.ok) return given;
      const receipt = given.entry ? await deps.receipt(given.entry) : null;
      return { ok: true, answer: wired({ signed: given.signed, receipt }) };
    },
  );
  route(app, wire.castSecret, { summary: 'Cast a secret ballot, as nobody' }, async ({ params, body }) => {
    const cast = await castSecretBallot(deps.platform, { proposalId: params.id ?? '', ballot: body });
    if (!cast.ok) return detailed(cast);
    return { ok: true, answer: { revision: cast.revision, promise: cast.promise } };
  });
  return app;
}
