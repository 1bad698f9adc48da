/** Writes MODEL_CARD.md from a model's record and manifest. */
import { CONTROL_ROWS } from '../src/model/camera.ts';
import { type ModelConfig, pictureSize } from '../src/model/config.ts';
import { MOTION_WORDS } from '../src/sample/motion.ts';
import type { Vocabulary } from '../src/train/captions.ts';
import type { PartRecord, TrainingRecord } from './export-commons.ts';

type CardRecord = {
  name: string;
  licence: string;
  parameters: number;
  config: ModelConfig;
  weights: { file: string; sha256: string; bytes: number };
  manifest: { file: string; sha256: string; works: number };
  training: TrainingRecord;
  measures: Record<string, unknown>;
  vocabulary: Vocabulary;
};

const thousands = (n: number): string => n.toLocaleString('en-GB');

/** Authors by number of works, most first. */
function tally(works: readonly { author: string }[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { author } of works) counts.set(author, (counts.get(author) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

const table = (head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** Numbers of a bench's report, nested ones by their path; lists and texts are left to the report itself. */
function figures(report: unknown, path = ''): [string, string][] {
  if (typeof report === 'number') return [[path, String(Number(report.toPrecision(4)))]];
  if (typeof report !== 'object' || report === null || Array.isArray(report)) return [];
  return Object.entries(report).flatMap(([name, value]) => figures(value, path ? `${path}.${name}` : name));
}

function architecture({ config, parameters }: CardRecord): string {
  const { width } = pictureSize(config);
  const { autoencoder, temporal, upscaler } = config;
  const lines = [
    `- A transformer of ${config.depth} blocks, width ${config.dim}, ${config.heads} heads, over ${config.patch} × ${config.patch} patches of ${config.height} × ${config.width} latents with ${config.channels} channels; flow matching (velocity).`,
    autoencoder &&
      `- A convolutional autoencoder between ${width} × ${width} pixels and those latents (${autoencoder.narrow} and ${autoencoder.wide} channels inside).`,
    `- A caption is up to ${config.clauses} clauses, each through a small network of its own, so that a colour stays with its thing.`,
    temporal &&
      `- Temporal attention after blocks ${temporal.after.map((i) => i + 1).join(', ')} lets the ${temporal.frames} frames of a clip see each other.`,
    upscaler &&
      `- A residual convolutional upscaler makes every picture four times as wide (${upscaler.blocks} blocks, ${upscaler.width} channels).`,
    `- ${thousands(parameters)} parameters in all.`,
  ];
  return lines.filter(Boolean).join('\n');
}

const curveOf = ({ part, lossCurve }: PartRecord): string => {
  const every = Math.ceil(lossCurve.rows.length / 10);
  const rows = lossCurve.rows.filter((_, i, all) => i % every === 0 || i === all.length - 1);
  return `${part}\n\n${table(['step', 'loss', 'seconds'], rows)}`;
};

function measured(measures: Record<string, unknown>): string {
  const parts = Object.entries(measures).map(([bench, report]) => {
    const rows = figures(report).map(([name, value]) => [`\`${name}\``, value]);
    return `\`npm run bench -- ${bench}\`\n\n${table(['figure', 'value'], rows)}`;
  });
  return parts.length > 0 ? parts.join('\n\n') : 'Nothing has been measured on these weights yet.';
}

export function modelCard(record: CardRecord, works: readonly { author: string }[]): string {
  const { training, weights, manifest, vocabulary } = record;
  const words = vocabulary.words.flatMap((word, i) =>
    (CONTROL_ROWS as readonly string[]).includes(word) ? [] : [`${word} (${vocabulary.counts[i]})`],
  );
  const refused = Object.entries(training.refused).map(([why, count]) => [why.replaceAll('_', ' '), count]);
  return `# ${record.name}

A small model of pictures and clips that a collective can account for to the last work.

## Architecture

${architecture(record)}

Weights: \`${weights.file}\`, ${thousands(weights.bytes)} bytes, half precision, SHA-256
\`${weights.sha256}\`. Licence of weights and manifest: ${record.licence}.

## What it saw

${thousands(manifest.works)} works by ${training.authors} named authors, all dedicated to the public domain by them, from
${training.source}. Every one is listed in \`${manifest.file}\` (SHA-256 of the original file, title, author,
licence, path; SHA-256 of the list \`${manifest.sha256}\`). A work is used only where its RDF names an author and a
public-domain dedication. Names of authors are never words the model answers to. ${thousands(training.heldOut.works)} works by
${training.heldOut.authors} other authors were held out and never trained on; the measures below are against them.
Captions are titles, keywords and folders; names of colours, and left and right where two works share a picture, are
read from the pixels by a rule. ${training.recaptioned} works whose own words say next to nothing have captions made by the
machine from their pixels.

Left out:

${table(['reason', 'files'], refused)}

The twelve authors with most works:

${table(
  ['author', 'works'],
  tally(works)
    .slice(0, 12)
    .map(([author, count]) => [author.replaceAll('|', '/'), count]),
)}

## How it was trained

${table(
  ['part', 'images', 'steps', 'batch', 'seconds', 'loss at the end'],
  training.parts.map((p) => [
    p.part,
    thousands(p.images),
    thousands(p.steps),
    p.batch,
    thousands(p.wallSeconds),
    p.finalLoss,
  ]),
)}

On ${training.machine}. Runtime: ${training.runtime}; forward pass, gradients, Muon, AdamW and the moving average are one
ONNX graph. An image is a view of a work, with repetition; for the temporal modules it is one frame of a clip made by
moving the layers of a drawing. ${training.notes.join('\n')} About ${training.energy.kilowattHours} kWh, at an assumed ${training.energy.wattsPerCore} W a core.

${training.parts.map(curveOf).join('\n\n')}

## Measures

${measured(record.measures)}

## Limits

It knows flat drawings on white and little else: it was trained for about an hour on two processor cores on a few
thousand works, so shapes are often right in the large and wrong in the small, text is never legible, and a word it saw
three times means little. The collection is mostly European and North American clip art of the early 2000s, with flags,
signs and computer icons in great number and people in small variety; what that does to what it draws has not been
measured. Motion was learnt from drawings whose layers were moved, not from filmed or animated clips.

## Words

${words.length} words, with the number of works each occurs in (colours and places stand for all works); ${MOTION_WORDS.map((word) => `\`${word}\``).join(', ')} are words of motion.

${words.join(', ')}
`;
}
