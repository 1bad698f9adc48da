import {
  statementOf as accountOf,
  balancesOf,
  bookChecks,
  checkpoint,
  entries,
  type Fact,
  inclusion,
  record,
  recordBatch,
  runChecks,
  sealStanding,
  tend,
} from '@uncaged/book';
import type { ManualClock, Platform } from '@uncaged/platform';
import { openTestPlatform } from '@uncaged/platform/testing';
import {
  accrueRoyalty,
  callsOf,
  compensationChecks,
  countClip,
  declareSource,
  deposit,
  due,
  exchange,
  fundsOf,
  openCall,
  reverseMovement,
  review,
  submit,
  transfer,
  weighPool,
} from '../../packages/compensation/src/index.ts';
import type { GovernedContext } from '../../packages/governance/src/index.ts';
import { found, invite, join } from '../../packages/governance/src/index.ts';
import type { Operation } from './operations.ts';

/** Where a bank stands: a platform whose clock is moved by hand. */
export type BankPlatform = Platform & { clock: ManualClock };

/** What went wrong, and at which operation. */
export class Broken extends Error {
  override name = 'Broken';
}

class Crash extends Error {}

type Posted = Extract<Operation, { do: 'post' }>;
type Raw = Extract<Operation, { do: 'post' | 'retry' | 'conflict' | 'wrong' }>;
type Other = Exclude<Operation, Raw>;
const raw: ReadonlySet<string> = new Set(['post', 'retry', 'conflict', 'wrong']);
type Tx = Parameters<Parameters<Platform['db']['transaction']>[0]>[0];

/** For tests of the finder itself: something that is wrong with the bank. */
export type Fault = (tx: Tx, posted: Posted) => Promise<void>;

/**
 * A real collective whose money is moved by operations, beside a model of it in memory: what each raw entry must come
 * to is known before it is tried, and what use cases move is held against what they say.
 */
export class Bank {
  #platform: BankPlatform;
  #members: GovernedContext[];
  readonly #fault: Fault | undefined;
  /** `account currency` → minor units, of the accounts that raw entries move */
  readonly #balances = new Map<string, bigint>();
  readonly #keys = new Map<number, Posted>();
  readonly #keyed: Posted[] = [];
  readonly #movable: string[] = [];
  readonly #waiting: string[] = [];
  #batch: Posted[] = [];
  /** by model: of each member, works that are theirs */
  readonly #claims = new Map<string, Map<string, bigint>>();
  #clips = 0;

  private constructor(platform: BankPlatform, members: GovernedContext[], fault: Fault | undefined) {
    this.#platform = platform;
    this.#members = members;
    this.#fault = fault;
  }

  static async open(platform: BankPlatform, fault?: Fault): Promise<Bank> {
    const { db, clock, ids, blobs, secrets } = platform;
    const world = { db, clock, ids, blobs, secrets };
    const password = 'a reed by the water';
    const founded = await found(world, {
      ...{ name: 'The Bank of the River', currency: 'EUR' },
      ...{ founder: { pseudonym: 'heron', password }, deposit: { amount: '100000000', source: 'grant' } },
    });
    if (!founded.ok) throw new Error(founded.code);
    const { document } = founded.policy;
    const royalty = { ...document.compensation.royalty, perMonth: 500 };
    const compensation = { ...document.compensation, royalty };
    const policy = { ...founded.policy, document: { ...document, compensation } };
    const acting = (id: string, roles: readonly string[]): GovernedContext => {
      return { ...world, policy, actor: { memberId: id, roles, kind: 'member' } };
    };
    const heron = acting(founded.member.id, founded.member.roles);
    const members = [heron];
    for (const pseudonym of ['tern', 'knot', 'ruff', 'smew']) {
      const invited = await invite(heron);
      if (!invited.ok) throw new Error(invited.code);
      const joined = await join(heron, { code: invited.code, pseudonym, password });
      if (!joined.ok) throw new Error(joined.code);
      members.push(acting(joined.member.id, joined.member.roles));
    }
    await declareSource(heron, { name: 'river', kind: 'sales' });
    return new Bank(platform, members, fault);
  }

  get #steward(): GovernedContext {
    const [steward] = this.#members;
    if (!steward) throw new Error('nobody founded the bank');
    return steward;
  }

  /** The same bank on the same database, opened again after its process ended. */
  reopened(platform: BankPlatform): void {
    const { db, clock, ids, blobs, secrets } = platform;
    this.#platform = platform;
    this.#members = this.#members.map((ctx) => ({ ...ctx, db, clock, ids, blobs, secrets }));
  }

  /** Raw entries and tries at them go in one transaction while nothing else comes between; the rest each in its own. */
  async run(operations: readonly Operation[]): Promise<void> {
    for (let at = 0; at < operations.length; ) {
      const until = operations.findIndex(({ do: what }, place) => place >= at && !raw.has(what));
      const end = until < 0 ? operations.length : until;
      if (end > at)
        await this.#platform.db.transaction((tx) => this.#raw(tx, operations.slice(at, end) as Raw[]));
      const other = operations[end];
      if (other) await this.#do(other as Other);
      at = end + 1;
    }
    await this.#sealed();
    await this.#compare();
  }

  async #raw(tx: Tx, operations: readonly Raw[]): Promise<void> {
    for (const operation of operations) {
      if (operation.do === 'post') await this.#post(tx, operation);
      else {
        await this.#flush(tx);
        await this.#tried(tx, operation);
      }
    }
    await this.#flush(tx);
  }

  async #tried(tx: Tx, operation: Exclude<Raw, Posted>): Promise<void> {
    if (operation.do === 'wrong') return this.#wrong(tx, operation.how);
    const prior = this.#keyed[operation.nth % this.#keyed.length];
    if (!prior) return;
    if (operation.do === 'retry') return this.#again(tx, prior);
    return this.#refused(tx, { ...prior, amount: `${BigInt(prior.amount) + 1n}` }, 'idempotency_conflict');
  }

  /** As the server does it all the time: what stands is sealed, and what came in is added up. */
  async #sealed(): Promise<void> {
    await tend(this.#platform);
    await sealStanding(this.#platform, 60_000);
  }

  /** Everything that must hold, recomputed by the product's own checks on another path. */
  async checkAll(): Promise<void> {
    const checked = await runChecks(this.#platform.db.read, this.#platform, [
      ...bookChecks,
      ...compensationChecks,
    ]);
    const [wrong] = checked.filter(({ ok }) => !ok);
    if (wrong) throw new Broken(`${wrong.name}: ${wrong.violations[0]?.what} ${wrong.violations[0]?.detail}`);
  }

  #balance(account: string, currency: string): bigint {
    return this.#balances.get(`${account} ${currency}`) ?? 0n;
  }

  #move({ from, to, currency, amount }: Omit<Posted, 'do' | 'key'>): void {
    const moved = BigInt(amount);
    this.#balances.set(`${from} ${currency}`, this.#balance(from, currency) - moved);
    this.#balances.set(`${to} ${currency}`, this.#balance(to, currency) + moved);
  }

  #canPay({ from, currency, amount }: Pick<Posted, 'from' | 'currency' | 'amount'>): boolean {
    return from.startsWith('world:') || this.#balance(from, currency) >= BigInt(amount);
  }

  #fact({ from, to, currency, amount, key }: Omit<Posted, 'do'>): Fact {
    const minor = BigInt(amount);
    return {
      kind: 'money.moved',
      actor: null,
      subject: 'money:1',
      payload: { amount },
      visibility: 'public',
      postings: [
        { account: from, currency, amount: -minor },
        { account: to, currency, amount: minor },
      ],
      ...(key === null ? {} : { idempotencyKey: `bank-${key}` }),
    };
  }

  /** Entries that must go through are gathered and written together; one that must not is tried alone. */
  async #post(tx: Tx, operation: Posted): Promise<void> {
    const taken = operation.key !== null && this.#keys.has(operation.key);
    if (taken) return this.#again(tx, operation);
    if (!this.#canPay(operation)) {
      await this.#flush(tx);
      return this.#refused(tx, operation, 'insufficient_funds');
    }
    this.#move(operation);
    if (operation.key !== null) {
      this.#keys.set(operation.key, operation);
      this.#keyed.push(operation);
    }
    this.#batch.push(operation);
    if (this.#batch.length >= 200) await this.#flush(tx);
  }

  async #again(tx: Tx, operation: Posted): Promise<void> {
    await this.#flush(tx);
    const prior = operation.key === null ? undefined : this.#keys.get(operation.key);
    const same = JSON.stringify({ ...prior, do: 0 }) === JSON.stringify({ ...operation, do: 0 });
    if (!same) return this.#refused(tx, operation, 'idempotency_conflict');
    const answer = await record(tx, this.#platform, this.#fact(operation));
    if (!answer.ok || !answer.replayed)
      throw new Broken('a retry under its key was not answered as replayed');
  }

  async #refused(tx: Tx, operation: Posted, code: string): Promise<void> {
    const answer = await record(tx, this.#platform, this.#fact(operation));
    if (answer.ok) throw new Broken(`was written and should have been refused: ${code}`);
    if (answer.code !== code) throw new Broken(`was refused as ${answer.code}, not as ${code}`);
  }

  async #flush(tx: Tx): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    const facts = batch.map((one) => this.#fact(one));
    const written = await recordBatch(tx, this.#platform, facts);
    if (!written.ok)
      throw new Broken(`was refused and should have been written: ${written.code} ${written.what}`);
    if (this.#fault) for (const one of batch) await this.#fault(tx, one);
  }

  async #do(operation: Other): Promise<void> {
    switch (operation.do) {
      case 'crash':
        return this.#crash({ ...operation, key: null });
      case 'read':
        return this.#read(operation);
      case 'checkpoint':
        return this.#sealed();
      default:
        return this.#use(operation);
    }
  }

  async #wrong(tx: Tx, how: Extract<Operation, { do: 'wrong' }>['how']): Promise<void> {
    const leg = (account: string, amount: bigint, currency = 'EUR') => ({ account, currency, amount });
    const tries = {
      unbalanced: { postings: [leg('world:north', -5n), leg('fund:river', 4n)], code: 'unbalanced' },
      zero: { postings: [leg('world:north', 0n), leg('fund:river', 0n)], code: 'zero_posting' },
      mixed: { postings: [leg('world:north', -5n), leg('fund:river', 5n, 'JPY')], code: 'currency_mismatch' },
      alone: { postings: [leg('world:north', -5n)], code: 'too_few_postings' },
      nowhere: { postings: [leg('world:north', -5n), leg('moon:dark', 5n)], code: 'unknown_account' },
    }[how];
    const fact = {
      ...this.#fact({ from: 'world:north', to: 'fund:river', currency: 'EUR', amount: '5', key: null }),
    };
    const answer = await record(tx, this.#platform, { ...fact, postings: tries.postings });
    if (answer.ok || answer.code !== tries.code)
      throw new Broken(`postings that are ${how} were not refused so`);
  }

  async #crash(operation: Omit<Posted, 'do'>): Promise<void> {
    if (!this.#canPay(operation)) return;
    const undone = this.#platform.db.transaction(async (tx) => {
      await record(tx, this.#platform, this.#fact(operation));
      throw new Crash();
    });
    await undone.catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
  }

  /** A use case: what it says must be what the book then holds; the checks look at the rest. */
  async #use(operation: Exclude<Other, { do: 'crash' | 'read' | 'checkpoint' }>): Promise<void> {
    const steward = this.#steward;
    if (operation.do === 'deposit') {
      const made = await deposit(steward, { ...operation, currency: 'EUR', source: 'river' });
      if (made.ok) this.#movable.push(made.entry.id);
    }
    if (operation.do === 'transfer') {
      const made = await transfer(steward, { ...operation, currency: 'EUR', purpose: 'Because.' });
      if (made.ok) this.#movable.push(made.entry.id);
    }
    if (operation.do === 'exchange')
      await exchange(steward, {
        ...operation,
        fund: 'main',
        currency: 'EUR',
        into: 'JPY',
        rateSource: 'The river.',
      });
    if (operation.do === 'reverse') {
      const entryId = this.#movable[operation.nth % Math.max(1, this.#movable.length)];
      if (!entryId) return;
      const asked = { entryId, reason: 'A slip.' };
      const made = await reverseMovement(steward, asked);
      const again = await reverseMovement(steward, asked);
      if (again.ok) throw new Broken(`entry ${entryId} was taken back twice`);
      if (made.ok) this.#movable.push(made.entry.id);
    }
    if (operation.do === 'call') await this.#call(operation.budget);
    if (operation.do === 'piece') await this.#piece(operation.author);
    if (operation.do === 'answer') await this.#answer(operation.reviewer, operation.accept);
    if (operation.do === 'wait') {
      this.#platform.clock.advance(operation.days * 86_400_000);
      await sealStanding(this.#platform, 60_000);
      while ((await due(steward)) > 0);
    }
    if (operation.do === 'clip') await this.#clip(operation.model);
    if (operation.do === 'weigh') await this.#weigh(operation);
    await this.#learn();
  }

  async #clip(model: number): Promise<void> {
    this.#clips += 1;
    const made = { generationId: `clip-${this.#clips}`, ...behind(model) };
    const finish = () =>
      this.#platform.db.transaction(async (tx) => {
        const counted = await countClip(tx, this.#steward, made);
        return [counted, (await accrueRoyalty(tx, this.#steward, made)).entry];
      });
    await finish();
    if ((await finish()).some((entry) => entry !== null))
      throw new Broken(`clip ${made.generationId} counted or paid twice`);
  }

  /** Claims one work more while there is one that is nobody's; then only what is paid for changes. */
  async #weigh({ model, member, weight }: Extract<Operation, { do: 'weigh' }>): Promise<void> {
    const { modelId, works } = behind(model);
    const memberId = this.#members[member]?.actor.memberId;
    if (!memberId) return;
    const claims = this.#claims.get(modelId) ?? new Map<string, bigint>();
    this.#claims.set(modelId, claims);
    const all = [...claims.values()].reduce((sum, claimed) => sum + claimed, 0n);
    const claimed = (claims.get(memberId) ?? 0n) + (all < BigInt(works) ? 1n : 0n);
    if (claimed === 0n) return;
    claims.set(memberId, claimed);
    const paidFor = BigInt(weight) < claimed ? BigInt(weight) : claimed;
    const holders = [{ memberId, claimed, weight: paidFor }];
    await this.#platform.db.transaction((tx) =>
      weighPool(tx, this.#steward, { modelId, works: BigInt(works), holders }),
    );
  }

  async #call(budget: string): Promise<void> {
    const deadline = new Date(this.#platform.clock.now().getTime() + 20 * 86_400_000).toISOString();
    await openCall(this.#steward, {
      ...{
        title: 'Look',
        brief: 'And tell.',
        rates: [{ kind: 'bug', amount: '2500' }],
        budget,
        currency: 'EUR',
      },
      deadline,
    });
  }

  async #piece(author: number): Promise<void> {
    const { db, clock } = this.#platform;
    const open = (await callsOf(db.read, clock.now())).find(({ state }) => state === 'open');
    const ctx = this.#members[author];
    if (!open || !ctx) return;
    const piece = { callId: open.id, kind: 'bug', text: 'Frame 9.', modelId: 'reed-1', generation: null };
    const taken = await submit(ctx, piece);
    if (taken.ok) this.#waiting.push(taken.contribution.id);
    else if (taken.code !== 'call_exhausted' && taken.code !== 'call_over')
      throw new Broken(`a piece: ${taken.code}`);
  }

  async #answer(reviewer: number, accept: boolean): Promise<void> {
    const [contributionId] = this.#waiting;
    const ctx = this.#members[reviewer];
    if (!contributionId || !ctx) return;
    await sealStanding(this.#platform, 60_000);
    await due(this.#steward);
    const verdict = accept ? ('accept' as const) : ('reject' as const);
    const given = await review(ctx, { contributionId, verdict, reason: 'So it is.' });
    const decided = given.ok
      ? given.contribution.state !== 'waiting'
      : given.code === 'already_decided' || given.code === 'review_late';
    if (decided) this.#waiting.shift();
  }

  /** Takes over what use cases moved on the accounts that raw entries move too: the funds. */
  async #learn(): Promise<void> {
    for (const { account, currency, balance } of await balancesOf(this.#platform.db.read, 'fund:'))
      this.#balances.set(`${account} ${currency}`, balance);
  }

  /** What stands in the book is what the model says, and all of it comes to zero. */
  async #compare(): Promise<void> {
    const standing = new Map<string, bigint>();
    const sums = new Map<string, bigint>();
    for (const { account, currency, balance } of await balancesOf(this.#platform.db.read, '')) {
      standing.set(`${account} ${currency}`, balance);
      sums.set(currency, (sums.get(currency) ?? 0n) + balance);
      if (balance < 0n && !account.startsWith('world:'))
        throw new Broken(`${account} stands below zero: ${balance}`);
    }
    for (const [account, balance] of this.#balances)
      if ((standing.get(account) ?? 0n) !== balance)
        throw new Broken(`${account} holds ${standing.get(account) ?? 0n}, and ${balance} were moved there`);
    for (const [currency, sum] of sums)
      if (sum !== 0n) throw new Broken(`all ${currency} together are ${sum}, not nothing`);
  }

  async #read({ what, nth }: Extract<Operation, { do: 'read' }>): Promise<void> {
    const { read } = this.#platform.db;
    if (what === 'funds') await fundsOf(read);
    if (what === 'calls') {
      for (const { budget } of await callsOf(read, this.#platform.clock.now())) {
        const { escrowed, paid, held, reserved, available, returned } = budget;
        if (escrowed !== paid + held + reserved + available + returned)
          throw new Broken('a budget does not add up');
      }
    }
    if (what === 'statement') {
      const account = ['member:tern', 'fund:river', 'pool:reeds'][nth % 3] ?? '';
      const lines = await accountOf(read, account);
      const ends = new Map(lines.map(({ currency, balance }) => [currency, balance]));
      for (const [currency, balance] of ends)
        if (balance !== this.#balance(account, currency))
          throw new Broken(`the statement of ${account} ends otherwise`);
    }
    if (what === 'page') {
      const page = await entries(
        read,
        { memberId: null, kind: 'visitor' },
        { after: String(nth), limit: 1 + (nth % 20) },
      );
      if (!page.ok || page.entries.some(({ position }) => position !== null && position <= BigInt(nth)))
        throw new Broken('a page of the log begins before its cursor');
    }
    if (what === 'proof') {
      const newest = await checkpoint(read);
      if (!newest || newest.size === 0n) return;
      const proven = await inclusion(read, BigInt(nth) % newest.size, newest.size);
      if (!proven.ok) throw new Broken(`an entry of the tree has no proof: ${proven.code}`);
    }
  }
}

/** A model that clips are made with, and how many works taught it: none, three or six. */
const behind = (model: number) => ({ modelId: `reed-${model}`, works: 3 * model });

/** Runs operations on a bank of their own; what went wrong, or null. */
export async function faultOf(operations: readonly Operation[], fault?: Fault): Promise<string | null> {
  await using platform = await openTestPlatform();
  const bank = await Bank.open(platform, fault);
  try {
    await bank.run(operations);
    await bank.checkAll();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
