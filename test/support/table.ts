import { getBorderCharacters, table } from 'table';

/** A table in plain text, as it stands in a snapshot: a title, a rule, rows; figures to the right. */
export function textTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly unknown[])[],
): string {
  const body = rows.map((row) =>
    row.map((cell) => (cell === null || cell === undefined ? '' : String(cell))),
  );
  if (body.length === 0) return `${title}\n  (nothing)\n`;
  const numeric = head.map((_, column) => body.every((row) => /^[−+-]?[\d.,%]*$/.test(row[column] ?? '')));
  const text = table([[...head], ...body], {
    border: {
      ...getBorderCharacters('void'),
      joinBody: '─',
      joinLeft: '',
      joinRight: '',
      joinJoin: '──',
      bodyJoin: '  ',
    },
    columnDefault: { paddingLeft: 0, paddingRight: 0 },
    columns: numeric.map((right) => ({ alignment: right ? 'right' : 'left' })),
    drawHorizontalLine: (line) => line === 1,
  });
  return `${title}\n${text.replace(/[ \t]+$/gm, '')}`;
}

/** Minor units as a person reads them: 12345 at two decimals is 123.45. */
export function money(minor: string | bigint, decimals = 2): string {
  const value = BigInt(minor);
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, -decimals).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${value < 0n ? '−' : ''}${whole}.${digits.slice(-decimals)}`;
}
