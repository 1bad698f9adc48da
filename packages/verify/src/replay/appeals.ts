import { type ArchivedEntry, type Checkpoint, fromHex, type Json, toHex } from '@uncaged/book/rules';
import { type Judgement, type Policy, panelOf, verdictOf } from '@uncaged/governance/rules';
import { isFields, opens } from '../entries.ts';
import type { Members } from './members.ts';
import { sameJson } from './policies.ts';
import { idOf, list, type Payload, type Replay, text, type Wrong, wrong } from './replay.ts';

interface Appeal {
  readonly appellant: string;
  readonly position: bigint;
  panel: readonly string[] | null;
  answersBy: Date;
  /** The last judgement of each member in the book. */
  readonly judged: Map<string, { entryId: string; commitment: Uint8Array }>;
  decided: boolean;
}

/** What a draw is held against. */
interface InForce {
  readonly members: Pick<Members, 'eligible'>;
  current(): Policy | null;
}

const day = 24 * 3_600_000;

/**
 * Appeals against refusals: each is against one that stands in the book, its panel is drawn among all who may vote, by
 * the root of the first checkpoint over the appeal, and the verdict is what the panel's own judgements come to.
 */
export class Appeals implements Replay {
  readonly kinds = ['generation.refused', 'appeal.opened', 'appeal.drawn', 'appeal.judged', 'appeal.decided'];
  readonly #refused = new Map<string, { clause: string; policyHash: string }>();
  readonly #appeals = new Map<string, Appeal>();
  readonly #inForce: InForce;
  readonly #checkpoints: () => readonly Checkpoint[];

  constructor(inForce: InForce, checkpoints: () => readonly Checkpoint[]) {
    this.#inForce = inForce;
    this.#checkpoints = checkpoints;
  }

  step(entry: ArchivedEntry, payload: Payload | null): Wrong | null {
    const said = this.#take(entry, payload);
    return said === null ? null : wrong('broken_appeal', said);
  }

  #take(entry: ArchivedEntry, payload: Payload | null): string | null {
    const id = idOf(entry);
    const appeal = this.#appeals.get(id);
    if (entry.kind === 'appeal.judged') return this.#judge(entry, appeal);
    if (!payload) return 'does not show what was refused, or how it was judged';
    if (entry.kind === 'generation.refused') {
      this.#refused.set(entry.subject, {
        clause: text(payload, 'clause'),
        policyHash: text(payload, 'policyHash'),
      });
      return null;
    }
    if (text(payload, 'appealId') !== id) return 'is about another appeal than it says';
    if (entry.kind === 'appeal.opened')
      return appeal ? 'opens an appeal a second time' : this.#open(entry, id, payload);
    if (!appeal || appeal.decided) return 'is about an appeal that nobody opened, or that is decided';
    return entry.kind === 'appeal.drawn'
      ? this.#draw(entry, id, appeal, payload)
      : this.#decide(entry, id, appeal, payload);
  }

  #open(entry: ArchivedEntry, id: string, payload: Payload): string | null {
    const subject = text(payload, 'refused');
    const refusal = this.#refused.get(subject);
    const { clause, policyHash } = payload;
    if (!refusal || !sameJson(refusal, { clause: clause ?? null, policyHash: policyHash ?? null }))
      return 'is against a refusal that the book does not hold';
    if (entry.actor === null || !this.#inForce.current()?.appeals) return 'is an appeal that nobody may make';
    this.#refused.delete(subject);
    this.#appeals.set(id, {
      appellant: entry.actor,
      position: entry.position,
      panel: null,
      answersBy: entry.time,
      judged: new Map(),
      decided: false,
    });
    return null;
  }

  #draw(entry: ArchivedEntry, id: string, appeal: Appeal, payload: Payload): string | null {
    const policy = this.#inForce.current();
    const rule = policy?.appeals;
    if (appeal.panel || !policy || !rule) return 'draws a panel that no rule asks for';
    const over = this.#checkpoints().find(({ size }) => size > appeal.position);
    if (!over || over.size > entry.position || text(payload, 'seed') !== toHex(over.root))
      return 'is not drawn by the first checkpoint over the appeal';
    const candidates = this.#inForce.members.eligible(policy).filter((member) => member !== appeal.appellant);
    if (!sameJson(candidates, list(payload, 'candidates').map(String).sort()))
      return 'draws among others than those who may vote';
    const panel = panelOf(id, list(payload, 'candidates').map(String), rule.panelSeats, toHex(over.root));
    if (!sameJson(panel, payload.panel ?? null))
      return `draws another panel than its root does: ${panel.join(', ')}`;
    const answersBy = new Date(entry.time.getTime() + rule.answerDays * day);
    if (text(payload, 'answersBy') !== answersBy.toISOString())
      return 'gives its panel another time than the rule says';
    appeal.panel = panel;
    appeal.answersBy = answersBy;
    return null;
  }

  #judge(entry: ArchivedEntry, appeal: Appeal | undefined): string | null {
    if (!appeal?.panel || appeal.decided || entry.time >= appeal.answersBy)
      return 'is a judgement before the panel was drawn, or after the appeal was decided';
    if (entry.actor === null || !appeal.panel.includes(entry.actor))
      return 'is a judgement of somebody who is not on the panel';
    appeal.judged.set(entry.actor, { entryId: entry.id, commitment: entry.commitment });
    return null;
  }

  #decide(entry: ArchivedEntry, id: string, appeal: Appeal, payload: Payload): string | null {
    if (!appeal.panel) return 'decides before a panel was drawn';
    const judgements: Judgement[] = [];
    for (const json of list(payload, 'judgements')) {
      const judgement = judgedAs(appeal, id, json);
      if (typeof judgement === 'string') return judgement;
      judgements.push(judgement);
    }
    const said = new Set(judgements.map(({ memberId }) => memberId));
    const missing = [...appeal.judged.keys()].find((memberId) => !said.has(memberId));
    if (missing || said.size < judgements.length)
      return missing ? `leaves out the judgement of ${missing}` : 'counts a judgement twice';
    const verdict = verdictOf(appeal.panel, judgements, appeal.answersBy <= entry.time);
    if (verdict !== payload.verdict)
      return `is ${String(payload.verdict)}, but its panel says ${verdict ?? 'nothing yet'}`;
    appeal.decided = true;
    return null;
  }
}

/** A judgement as it was given; or why it is none. */
function judgedAs(appeal: Appeal, appealId: string, json: Json): Judgement | string {
  if (!isFields(json)) return 'holds a judgement that is none';
  const { overturn, salt } = json;
  const memberId = String(json.memberId);
  const given = appeal.judged.get(memberId);
  const salted = typeof salt === 'string' ? fromHex(salt) : null;
  if (!given || given.entryId !== json.entryId)
    return `counts a judgement that is not the last of ${memberId}`;
  if (!salted || !opens(given.commitment, { appealId, memberId, overturn: overturn ?? null }, salted))
    return `counts another judgement than ${memberId} gave`;
  return { memberId, overturn: overturn === true };
}
