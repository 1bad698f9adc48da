/** A refusal with the place and the reason it names in one line, where it says nothing in words of its own. */
export function detailed<R extends { ok: false; code: string }>(refusal: R): R & { detail?: string } {
  const { detail, line, field, reason, path } = refusal as Record<string, unknown>;
  if (detail !== undefined) return refusal;
  const where = line === undefined ? field : `Line ${String(line)}`;
  const told =
    reason === undefined ? path : where === undefined ? reason : `${String(where)}: ${String(reason)}`;
  return told === undefined ? refusal : { ...refusal, detail: String(told) };
}
