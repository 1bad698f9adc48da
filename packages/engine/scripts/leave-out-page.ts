/** A page on what a model has of whom, with the pictures first. */
import type { LeftOut, LossChange } from '../src/train/leave-out.ts';

export interface Audit {
  readonly base: { readonly name: string; readonly sha256: string };
  readonly kind: string;
  readonly styleWord: string;
  readonly seed: number;
  readonly works: number;
  readonly prompts: readonly string[];
  /** SHA-256 of what was learnt from all. */
  readonly all: string;
  readonly seconds: number;
}

/** One author, with the file name of the pictures drawn without them. */
export type AuditRow = Omit<LeftOut, 'sheet'> & { readonly picture: string };

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const percent = (of: number, whole: number): string => {
  const share = (100 * of) / whole;
  return `${share >= 0 ? '+' : '−'}${Math.abs(share).toFixed(1)} %`;
};
const cell = ({ change, error, all }: LossChange): string =>
  `<td class="n">${percent(change, all)} <span class="q">± ${((100 * error) / all).toFixed(1)}</span></td>`;

/** Whether leaving the author out changed more than chance does: more than twice the larger of chance and error. */
export const isTold = ({ own, chance }: Pick<LeftOut, 'own' | 'chance'>): boolean =>
  own.change > 2 * Math.max(Math.abs(chance.own.change), own.error);

export function leaveOutPage(audit: Audit, rows: readonly AuditRow[]): string {
  const { base, kind, styleWord, seed, works, prompts, all, seconds } = audit;
  const said = prompts.map((prompt) => `“${escaped(prompt)}”`).join(', ');
  const figure = (file: string, words: string): string =>
    `<figure><img src="${file}" alt="${escaped(words)}"><figcaption>${escaped(words)}</figcaption></figure>`;
  const pictures = rows.map(({ author, picture }) => figure(picture, `without ${author}`)).join('\n');
  const table = rows
    .map((row) => {
      const told = isTold(row)
        ? '<td><span class="mark">more than chance</span></td>'
        : '<td class="q">no more than chance</td>';
      return `<tr><th scope="row">${escaped(row.author)}</th><td class="n">${row.works}</td>${cell(row.own)}${cell(row.chance.own)}${cell(row.others)}${told}</tr>`;
    })
    .join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>What it has of whom</title>
<style>
:root { --paper: #fff; --ink: #0c0c0c; --quiet: #5a5a5a; --hair: #d9d9d9; --mark: #dcff3c; }
@media (prefers-color-scheme: dark) { :root { --paper: #0c0c0c; --ink: #f1f1ee; --quiet: #a2a2a0; --hair: #2c2c2b; } }
body { margin: 0 auto; max-width: 1360px; padding: 0 clamp(18px, 3vw, 32px) 60px; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font: 400 clamp(36px, 5vw, 64px)/1 Georgia, serif; margin: 36px 0 12px; }
p { max-width: 46em; } .q { color: var(--quiet); } .mark { background: var(--mark); color: #0c0c0c; padding: 0 .2em; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr)); gap: 24px; margin: 32px 0; }
figure { margin: 0; } img { width: 100%; image-rendering: pixelated; display: block; background: #fff; } figcaption { padding: 6px 0; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } th, td { text-align: left; font-weight: 400; padding: 10px 14px 10px 0; border-bottom: 1px solid var(--hair); vertical-align: top; } thead th { color: var(--quiet); } .n { text-align: right; white-space: nowrap; }
code { overflow-wrap: anywhere; font-size: 14px; }
</style></head><body>
<h1>What it has of whom</h1>
<p>A small ${kind === 'model' ? 'model from nothing' : `style on ${escaped(base.name)}`} learned from ${works} pictures by ${rows.length} authors. Then it learned again without each of them, everything else alike. Rows: ${said}; columns: the same four beginnings of noise each time.</p>
<div class="pictures">
${figure('with-all.png', 'with everybody')}
${figure('with-all-again.png', 'with everybody, another seed: what chance changes')}
${pictures}
</div>
<div class="scroll"><table>
<thead><tr><th scope="col">Left out</th><th scope="col" class="n">Works</th><th scope="col" class="n">Worse at their works</th><th scope="col" class="n">Chance alone</th><th scope="col" class="n">Worse at the others’</th><th scope="col"></th></tr></thead>
<tbody>
${table}
</tbody></table></div>
<p class="q">Worse: how much larger the model’s error is when it has to find these works in noise, over the same noise; ± one standard error. Chance alone: the same between two trainings on all works that differ in their seed. What is more than twice of both is told apart from chance.</p>
<p class="q">This says what these trainings did, and nothing about a model that was not trained again. Nobody is paid by it, more or less: royalties go by works that were consented, each alike.</p>
<p class="q">Base <code>${base.sha256}</code>, style word <code>${escaped(styleWord)}</code>, seed ${seed}, ${seconds} s. From all: <code>${all}</code>. The same works, base and processor give the same bytes.</p>
</body></html>
`;
}
