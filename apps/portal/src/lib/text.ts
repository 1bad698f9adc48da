/** "1 piece", "3 pieces". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

/** The two ends of a hash: enough to compare by eye, the whole stands behind it. */
export function short(hash: string): string {
  return hash.length <= 14 ? hash : `${hash.slice(0, 6)}…${hash.slice(-4)}`;
}

/** "train_base" → "train base". */
export function spaced(word: string): string {
  return word.replace(/[_-]+/g, ' ');
}

/** An id for Idempotency-Key that also works where crypto.randomUUID does not (plain http in a studio's network). */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** How a proposal's state is set: coarse is open, sharp is settled. */
export function gradeOf(state: string): string {
  if (state === 'draft') return 'grade-35';
  if (state === 'discussion' || state === 'clash') return 'grade-20';
  if (state === 'voting') return 'grade-10';
  return 'grade-0';
}

/** How far a clip is, as the grade its title is set in. */
export function gradeOfProgress(step: number, of: number): string {
  const part = of > 0 ? step / of : 0;
  if (part < 0.3) return 'grade-35';
  if (part < 0.65) return 'grade-20';
  if (part < 1) return 'grade-10';
  return 'grade-0';
}

/** "A Friend of Ours" → "a-friend-of-ours": as sources and clauses are named in the book. */
export function slug(words: string): string {
  return words
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
}

/** How much of a hand is mixed in: "× 1", "× −0.5". */
export function weightText(weight: number): string {
  return `× ${weight.toLocaleString('en', { maximumFractionDigits: 3 }).replace('-', '−')}`;
}

/** The detail of a problem where it says more than its title does; else nothing. */
export function detailOf({ title, detail }: { title: string; detail: string }): string {
  const plain = (words: string): string => words.trim().replace(/\.$/, '');
  return plain(detail) === plain(title) ? '' : detail;
}
