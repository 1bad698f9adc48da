import { type ArchivedEntry, FILES, MERGE_DELAY_SECONDS } from '@uncaged/book/rules';
import {
  type Around,
  brokenPromise,
  callPolicyOf,
  monthlyDue,
  type PaidWorkReader,
  paidWorkReader,
  royaltyDue,
  type TermsPayload,
  termsFromPayload,
} from '@uncaged/compensation/rules';
import type { Policy } from '@uncaged/governance/rules';
import { isFields } from '../entries.ts';
import type { Finding } from '../finding.ts';
import type { Models } from './models.ts';
import type { Policies } from './policies.ts';
import { idOf, type Payload, type Replay, text, type Wrong, wrong } from './replay.ts';

/** An entry that another is to follow, and when it was written, in milliseconds. */
interface Owed {
  readonly entry: string;
  readonly at: number;
}

/**
 * Paid work: what each piece was paid is what its call promised before the work, decided by the reviews that were given
 * or by silence, once; the call promised what the policy asks for. Royalties: what the policy says, once a clip, and a
 * sum a month that its clips share; every step of a pool's index from the one before; members are paid out of a pool by
 * the works they hold. Money moves in no other way.
 */
export class Payments implements Replay {
  readonly kinds = null;
  accepted = 0;
  rejected = 0;
  royalties = 0;
  readonly #reader: PaidWorkReader;
  readonly #policies: Pick<Policies, 'about' | 'document'>;
  readonly #models: Pick<Models, 'made' | 'worksOf' | 'isShared'>;
  readonly #settled = new Set<string>();
  readonly #counted = new Set<string>();
  /** Entries of clips that owe a royalty, and of those that are to be counted in their month, by the clip's id. */
  readonly #owing = new Map<string, Owed>();
  readonly #uncounted = new Map<string, Owed>();
  /** When the last entry was written, in milliseconds. */
  #last = 0;
  /** What a clip owes, by the hash of the policy; whole minor units. */
  readonly #dues = new Map<string, string>();
  #currency: string | null = null;

  constructor(
    policies: Pick<Policies, 'about' | 'document'>,
    models: Pick<Models, 'made' | 'worksOf' | 'isShared'>,
    around: Around,
  ) {
    this.#reader = paidWorkReader(around);
    this.#policies = policies;
    this.#models = models;
  }

  step(entry: ArchivedEntry, payload: Payload | null): Wrong | null {
    this.#last = entry.time.getTime();
    const code = entry.kind.startsWith('royalty.') ? 'broken_royalty' : 'broken_payment';
    const said = this.#reader.read({ ...entry, payload });
    if (said?.startsWith('cannot be read')) return wrong('malformed_payload', said);
    const found = said ?? this.#byPolicy(entry, payload ?? {});
    if (found) return wrong(code, found);
    if (entry.kind === 'contribution.accepted') this.accepted += 1;
    if (entry.kind === 'contribution.rejected') this.rejected += 1;
    if (entry.kind === 'royalty.accrued') this.royalties += 1;
    return null;
  }

  #byPolicy(entry: ArchivedEntry, payload: Payload): string | null {
    if (entry.kind === 'collective.founded') this.#currency = text(payload, 'currency');
    if (entry.kind === 'call.opened') return this.#promised(entry, payload);
    if (entry.kind === 'royalty.accrued' || entry.kind === 'royalty.unfunded')
      return this.#owed(entry, payload);
    if (entry.kind === 'generation.completed') return this.#madeClip(entry, payload);
    if (entry.kind === 'royalty.weighed') return this.#behind(payload);
    if (entry.kind === 'royalty.counted') return this.#countsAs(entry, payload);
    if (entry.kind === 'royalty.month-opened') return this.#promisedFor(entry, payload);
    return null;
  }

  /** Why the terms of a call are not what the policy it names asks for; null when they are. */
  #promised(entry: ArchivedEntry, payload: Payload): string | null {
    const named = isFields(payload.policy) ? payload.policy : {};
    const step = this.#policies
      .about(entry.time)
      .find(({ hash, version }) => hash === named.hash && version === named.version);
    const document = step && this.#policies.document(step.hash);
    if (!document) return 'opens a call under a policy that was not in force';
    const terms = termsFromPayload(payload as unknown as TermsPayload);
    return brokenPromise(terms, callPolicyOf({ ...step, document }, this.#currency ?? ''));
  }

  /** Why a royalty is not what the policy says this clip owes; null when it is. */
  #owed(entry: ArchivedEntry, payload: Payload): string | null {
    const id = idOf(entry);
    const modelId = text(payload, 'modelId');
    if (text(payload, 'generationId') !== id || this.#models.made.get(id) !== modelId)
      return 'is for a clip that this model did not make';
    if (this.#settled.has(id)) return 'is a second royalty for one clip';
    this.#settled.add(id);
    this.#owing.delete(id);
    const weighed = this.#reader.weightsIn(modelId, text(payload, 'currency'));
    if (
      Number(text(payload, 'works')) !== (weighed === null ? this.#models.worksOf(modelId) : Number(weighed))
    )
      return 'is shared among other works than taught the model';
    const amount = text(payload, entry.kind === 'royalty.accrued' ? 'amount' : 'due');
    const due = this.#policies.about(entry.time).some(({ hash }) => this.#dueBy(hash) === amount);
    return due ? null : 'is not what the policy says a clip owes';
  }

  /** Remembers what a clip owes, whichever of the policies about its time it was made under; nothing is wrong yet. */
  #madeClip(entry: ArchivedEntry, payload: Payload): null {
    const modelId = text(payload, 'modelId');
    if (!this.#models.isShared(modelId)) return null;
    const policies = this.#policies.about(entry.time);
    if (policies.every(({ hash }) => Number(this.#dueBy(hash) ?? 0) > 0))
      this.#owing.set(idOf(entry), { entry: entry.id, at: entry.time.getTime() });
    if ((this.#models.worksOf(modelId) ?? 0) > 0 && this.#monthly(entry).every(({ due }) => due > 0n))
      this.#uncounted.set(idOf(entry), { entry: entry.id, at: entry.time.getTime() });
    return null;
  }

  /** Why a clip does not count in a month; null when it does. */
  #countsAs(entry: ArchivedEntry, payload: Payload): string | null {
    const id = idOf(entry);
    const modelId = text(payload, 'modelId');
    if (text(payload, 'generationId') !== id || this.#models.made.get(id) !== modelId)
      return 'counts a clip that this model did not make';
    if (this.#counted.has(id)) return 'counts a clip twice';
    this.#counted.add(id);
    this.#uncounted.delete(id);
    if (Number(text(payload, 'works')) !== this.#models.worksOf(modelId))
      return 'counts for other works than taught the model';
    return this.#monthly(entry).some(({ due }) => due > 0n)
      ? null
      : 'counts under a policy that shares no sum';
  }

  /** Why a month's sum is not what the policy says; null when it is. */
  #promisedFor(entry: ArchivedEntry, payload: Payload): string | null {
    const [amount, fund, currency] = ['amount', 'fund', 'currency'].map((name) => text(payload, name));
    const says = this.#monthly(entry).some((one) => one.due.toString() === amount && one.fund === fund);
    return says && currency === this.#currency ? null : 'is not what the policy sets aside for a month';
  }

  /** What the policies about an entry's time set aside for a month, and out of which fund. */
  #monthly(entry: ArchivedEntry): { due: bigint; fund: string }[] {
    return this.#policies.about(entry.time).flatMap(({ hash }) => {
      const royalty = this.#policies.document(hash)?.compensation.royalty;
      return royalty ? [{ due: monthlyDue(royalty), fund: royalty.fund }] : [];
    });
  }

  /** What a clip owes by the policy of this hash; null where there is none. */
  #dueBy(hash: string): string | null {
    const known = this.#dues.get(hash);
    if (known !== undefined) return known;
    const policy: Policy | null = this.#policies.document(hash);
    if (!policy) return null;
    const due = royaltyDue(policy.compensation.royalty).toString();
    this.#dues.set(hash, due);
    return due;
  }

  /** Why holders are weighed on other works than taught the model; null when they are not. */
  #behind(payload: Payload): string | null {
    return Number(text(payload, 'works')) === this.#models.worksOf(text(payload, 'modelId'))
      ? null
      : 'weighs other works than taught the model';
  }

  /** What was begun and not finished where the log ends. */
  unfinished(): Finding | null {
    const [half] = this.#reader.unfinished();
    if (half) return { code: 'broken_payment', file: FILES.entries, entry: half.entryId, message: half.why };
    // What is written in one breath may be sealed in two: the end of the log is not held against it.
    const without = (all: ReadonlyMap<string, Owed>, what: string): Finding | null => {
      const owed = [...all.values()].find(({ at }) => at + 1000 * MERGE_DELAY_SECONDS <= this.#last);
      if (!owed) return null;
      const { entry } = owed;
      const message = `entry ${entry} made a clip ${what}`;
      return { code: 'broken_royalty', file: FILES.entries, entry, message };
    };
    return (
      without(this.#owing, 'that owes a royalty, and none was paid nor said to be unfunded') ??
      without(this.#uncounted, 'that its month does not count')
    );
  }
}
