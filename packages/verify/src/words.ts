import { formatMinor } from '@uncaged/book/rules';
import type { Figures, Verdict } from './verify.ts';

/** A verdict for a person at a terminal, several lines. */
export function verdictInWords(verdict: Verdict): string {
  if (verdict.ok) return figuresInWords(verdict.figures);
  const where = [
    verdict.file && `file   ${verdict.file}${verdict.line === undefined ? '' : `, line ${verdict.line}`}`,
    verdict.entry && `entry  ${verdict.entry}`,
  ];
  return [`NOT CONFIRMED: ${verdict.message}.`, ...where.filter(Boolean), `code   ${verdict.code}`].join(
    '\n',
  );
}

function figuresInWords(figures: Figures): string {
  const held = figures.balances.filter(({ balance }) => balance !== 0n);
  const width = Math.max(0, ...held.map(({ account }) => account.length));
  return [
    `CONFIRMED: ${figures.entries} entries from the first on, ${figures.checkpoints} checkpoints.`,
    '',
    `key       ${figures.verifierKey}`,
    `root      ${figures.root}`,
    ...(figures.receipts > 0
      ? [`receipts  ${figures.receipts} that you kept: their entries stand as promised`]
      : []),
    `payloads  ${figures.privatePayloads} private, ${figures.erasedPayloads} erased: there only their commitments were checked`,
    `policies  ${figures.policies.length}, each after the first by a passed vote, or as a vote or a rule had foreseen`,
    `work      accepted and paid as promised: ${figures.contributions.accepted}, rejected: ${figures.contributions.rejected}`,
    `clips     ${figures.clips}, royalties accrued: ${figures.royalties}`,
    ...figures.models.map(({ modelId, weightsSha256 }) => `model     ${modelId}  ${weightsSha256}`),
    ...figures.votes.map(
      ({ title, words, outcome }) =>
        `vote      ${title}: ${words ?? 'open'}${outcome ? ` (${outcome})` : ''}`,
    ),
    '',
    ...held.map(
      ({ account, currency, balance }) =>
        `${account.padEnd(width)}  ${(formatMinor(balance, currency) ?? String(balance)).padStart(14)} ${currency}`,
    ),
  ].join('\n');
}
