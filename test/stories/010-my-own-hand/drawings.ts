/** A small work as it comes from the table: what it is called, and the file. */
export interface Drawing {
  /** Such as `boat by night`. */
  title: string;
  thing: string;
  how: How;
  svg: string;
}

/** Things as one line, on a sheet of 100 by 100. */
const things = {
  boat: 'M16 62h68l-12 18H28zM50 20v42M50 24l26 32H50',
  cup: 'M26 34h40v26q0 18-20 18T26 60zM66 42h8q10 10-8 20',
  fish: 'M14 50q28-34 56 0q-28 34-56 0M70 50l18-14v28zM30 46v1',
  house: 'M18 50 50 20l32 30M26 46v36h48V46M44 82V62h14v20',
  lamp: 'M36 22h28l14 30H22zM50 52v28M34 82h32',
  moon: 'M62 18a34 34 0 1 0 18 52a28 28 0 1 1-18-52',
} as const;

const hows = ['by day', 'by night', 'in rain', 'far away', 'close by'] as const;
export type How = (typeof hows)[number];

const cream = '#f6ead2';
const coral = '#e4572e';
const navy = '#1b2a49';
const sea = '#3a9188';

/**
 * Thirty small works in one hand: three colours on cream, every line drawn twice, broad and round, the coral one a
 * little off under the navy one. By night the colours change places.
 */
export function drawThirty(): Drawing[] {
  return Object.entries(things).flatMap(([thing, line]) =>
    hows.map((how) => ({ title: `${thing} ${how}`, thing, how, svg: draw(line, how) })),
  );
}

function draw(line: string, how: How): string {
  const [paper, ink] = how === 'by night' ? [navy, cream] : [cream, navy];
  const scale = how === 'far away' ? 0.55 : how === 'close by' ? 1.2 : 1;
  const rain = how === 'in rain' ? [12, 36, 60, 84].map((x) => `M${x} 6l-8 20`).join('') : '';
  const stroke = (colour: string, path: string, dx: number) =>
    `<path transform="translate(${dx} ${dx})" d="${path}" stroke="${colour}"/>`;
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100" viewBox="0 0 100 100">',
    `<rect width="100" height="100" fill="${paper}"/>`,
    '<g fill="none" stroke-width="7" stroke-linecap="round" stroke-linejoin="round">',
    rain && stroke(sea, rain, 0),
    `<g transform="translate(50 50) scale(${scale}) translate(-50 -50)">`,
    stroke(coral, line, 3),
    stroke(ink, line, 0),
    '</g></g></svg>',
  ].join('');
}
