/** Writes MODEL_CARD.md from a model's record and manifest. */
import { CAMERA_ROWS } from '../src/model/camera.ts';

type Record_ = {
  name: string;
  licence: string;
  parameters: number;
  config: {
    dim: number;
    depth: number;
    heads: number;
    height: number;
    width: number;
    patch: readonly number[];
  };
  weights: { file: string; sha256: string; bytes: number };
  manifest: { file: string; sha256: string; works: number };
  training: {
    source: string;
    authors: number;
    imagesSeen: number;
    steps: number;
    batch: number;
    wallSeconds: number;
    machine: string;
    runtime: string;
    notes: string[];
    finalLoss: number | null;
    lossCurve: { rows: [number, number, number][] };
    refused: Record<string, number>;
  };
  vocabulary: { words: string[]; counts: number[] };
};

const thousands = (n: number): string => n.toLocaleString('en-GB');

/** Authors by number of works, most first. */
function tally(works: readonly { author: string }[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { author } of works) counts.set(author, (counts.get(author) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

export function modelCard(record: Record_, works: readonly { author: string }[]): string {
  const { training, config, weights, manifest, vocabulary } = record;
  const curve = training.lossCurve.rows.filter(
    (_, i, all) => i % Math.ceil(all.length / 12) === 0 || i === all.length - 1,
  );
  const words = vocabulary.words.flatMap((word, i) =>
    (CAMERA_ROWS as readonly string[]).includes(word) ? [] : [`${word} (${vocabulary.counts[i]})`],
  );
  const refused = Object.entries(training.refused).map(
    ([why, count]) => `| ${why.replaceAll('_', ' ')} | ${count} |`,
  );
  return `# ${record.name}

A small picture model that a collective can account for to the last work. It draws ${config.width} × ${config.height}
pixels from words, and moves by a camera it was taught or along a path through its latents.

- **Architecture:** diffusion transformer over patches of ${config.patch[1]} × ${config.patch[2]} pixels, flow matching
  (velocity), width ${config.dim}, ${config.depth} blocks, ${config.heads} heads, ${thousands(record.parameters)} parameters.
- **Weights:** \`${weights.file}\`, ${thousands(weights.bytes)} bytes, half precision,
  SHA-256 \`${weights.sha256}\`.
- **Licence of weights and manifest:** ${record.licence}.

## What it saw

${thousands(manifest.works)} works by ${training.authors} named authors, all dedicated to the public domain by them, from
${training.source}. Every one is listed in \`${manifest.file}\` (SHA-256 of the original file, title, author,
licence, path; SHA-256 of the list \`${manifest.sha256}\`). A work is used only where its RDF names an author and a
public-domain dedication. Names of authors are never words the model answers to.

Left out:

| reason | files |
|---|---|
${refused.join('\n')}

The twelve authors with most works:

| author | works |
|---|---|
${tally(works)
  .slice(0, 12)
  .map(([author, count]) => `| ${author.replaceAll('|', '/')} | ${count} |`)
  .join('\n')}

## How it was trained

${thousands(training.imagesSeen)} images (with repetition; each a random view of a work) in ${thousands(training.steps)}
steps of ${training.batch}, ${thousands(training.wallSeconds)} seconds on ${training.machine}. Runtime: ${training.runtime};
forward pass, gradients, Muon, AdamW and the moving average are one ONNX graph. Loss at the end: ${training.finalLoss}.
${training.notes.join('\n')}

| step | loss (mean of 100 steps) | seconds |
|---|---|---|
${curve.map(([step, loss, seconds]) => `| ${step} | ${loss} | ${seconds} |`).join('\n')}

## What to expect

A clip is one picture and a moving camera: the picture is drawn, seen by each frame's camera, taken back into
noise and drawn anew under that view. A walk draws every frame from its own point on a path through the latents.

Shapes with an outline and flat colour on white, seldom more: flags come out as blocks of strong colour, fruit and
buttons as rounded shapes in fitting colours, animals as dark patches. Few things are recognisable in detail.
It was trained briefly on two processor cores, so it is a beginning and not a rival to large models. Whether it
can reproduce single works has not been measured, nor has bias; the collection is mostly European and North American clip art of the early 2000s.

## Words

${words.length} words, with the number of works each occurs in; \`still\`, \`sway\`, \`turn\`, \`zoom\`, \`pan\` and \`lift\`
move the camera.

${words.join(', ')}
`;
}
