/** An instant with its zone, or null: without a zone, "tomorrow noon" differs by where the server stands. */
export function readInstant(given: string): Date | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(given)) return null;
  const read = new Date(given);
  return Number.isNaN(read.getTime()) ? null : read;
}
