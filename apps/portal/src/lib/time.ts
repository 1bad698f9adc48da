const day = 86_400_000;

/** "just now", "5 min", "2 h", "3 d": how long between two instants, coarse enough to be read at a glance. */
export function span(ms: number): string {
  const size = Math.abs(ms);
  if (size < 60_000) return `${Math.max(1, Math.round(size / 1000))} s`;
  if (size < 3_600_000) return `${Math.round(size / 60_000)} min`;
  if (size < 2 * day) return `${Math.round(size / 3_600_000)} h`;
  return `${Math.round(size / day)} days`;
}

export function ago(iso: string, now: number = Date.now()): string {
  const past = now - Date.parse(iso);
  return past < 45_000 ? 'just now' : span(past).replace(' days', ' d');
}

/** "3 days left", "closed". */
export function left(iso: string | null, now: number = Date.now()): string {
  if (!iso) return '';
  const rest = Date.parse(iso) - now;
  return rest <= 0 ? 'now' : `${span(rest)} left`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** "4 Nov 2026", in UTC: the same on the server and in every browser. */
export function date(iso: string, year = true): string {
  const at = new Date(iso);
  return `${at.getUTCDate()} ${months[at.getUTCMonth()]}${year ? ` ${at.getUTCFullYear()}` : ''}`;
}

/** "Nov 2026" of 2026-11. */
export function monthName(month: string): string {
  const [year, place] = month.split('-');
  return `${months[Number(place) - 1]} ${year}`;
}

/** "4 Nov 2026, 16:05 UTC". */
export function moment(iso: string): string {
  return `${date(iso)}, ${iso.slice(11, 16)} UTC`;
}

/** 1250 ms → "1.25 s": a place on a clip. */
export function place(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
