import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genesisPolicy } from './genesis.ts';
import { sameName } from './names.ts';
import type { Policy } from './policy.ts';
import { evaluateSafeguards } from './safeguards.ts';

const text = 'We make nothing in the name of a living artist who has not said yes.';
const listed = [
  'Iris Nacht',
  'Ko',
  'Zoë Løvås',
  'J. R. R. Heron',
  'Ana Li',
  'Мара Вент',
  'Νύξ Ἴρις',
  '夜の虹彩',
  'Jean-Luc d’Ombre',
];
const genesis = await genesisPolicy();
const policy: Policy = {
  ...genesis,
  safeguards: {
    'living-artists': {
      kind: 'named_living_artist',
      names: listed,
      unlessConsent: 'style_name_prompting',
      action: 'refuse',
      text,
    },
  },
};
const ask = (prompt: string) => evaluateSafeguards(policy, { prompt, consents: [] });

describe('a prompt that names a listed artist', () => {
  const rows: [string, string, string][] = [
    ['plainly', 'a lighthouse in the style of Iris Nacht', 'Iris Nacht'],
    ['in lower case', 'iris nacht lighthouse', 'Iris Nacht'],
    ['in capitals', 'BY IRIS NACHT!', 'Iris Nacht'],
    ['as a possessive', "Iris Nacht's boats", 'Iris Nacht'],
    ['with a curly possessive', 'Iris Nacht’s boats', 'Iris Nacht'],
    ['across lines and spaces', 'Iris \n\t  Nacht', 'Iris Nacht'],
    ['with a no-break space', 'Iris\u00a0Nacht', 'Iris Nacht'],
    ['hyphenated', 'iris-nacht', 'Iris Nacht'],
    ['with underscores', '__iris_nacht__', 'Iris Nacht'],
    ['as a hashtag', '#IrisNacht vibes', 'Iris Nacht'],
    ['last name first', 'Nacht, Iris: harbour', 'Iris Nacht'],
    ['with accents', 'Ìrïs Ñácht', 'Iris Nacht'],
    ['with combining marks', 'I\u0301ris Nach\u0323t', 'Iris Nacht'],
    ['full width', 'Ｉｒｉｓ　Ｎａｃｈｔ', 'Iris Nacht'],
    ['in mathematical letters', '𝐈𝐫𝐢𝐬 𝓝𝓪𝓬𝓱𝓽', 'Iris Nacht'],
    ['with zero-width signs', 'I\u200bri\u200ds Na\u00adcht', 'Iris Nacht'],
    ['with Cyrillic look-alikes', 'Iriѕ Nасht', 'Iris Nacht'],
    ['with Greek look-alikes', 'Irιs Nαcht', 'Iris Nacht'],
    ['spelled out', 'I.r.i.s N.a.c.h.t', 'Iris Nacht'],
    ['broken up', 'iris na-cht', 'Iris Nacht'],
    ['in brackets with weights', '((iris nacht:1.4))', 'Iris Nacht'],
    ['by one short name', 'ko, at the sea', 'Ko'],
    ['by one short name, possessive', "ko's sea", 'Ko'],
    ['without its accents', 'zoe lovas, snow', 'Zoë Løvås'],
    ['with its accents', 'ZOË LØVÅS', 'Zoë Løvås'],
    ['with its initials', 'JRR Heron', 'J. R. R. Heron'],
    ['with its initials apart', 'j r r heron at dusk', 'J. R. R. Heron'],
    ['with its initials beside a word of one letter', 'a J. R. R. HERON at dusk', 'J. R. R. Heron'],
    ['in Cyrillic', 'в стиле: мара вент', 'Мара Вент'],
    ['in Greek without accents', 'νυξ ιρις', 'Νύξ Ἴρις'],
    ['inside unspaced Japanese', '海辺を夜の虹彩の画風で描く', '夜の虹彩'],
    ['with an elision', "jean luc d'ombre", 'Jean-Luc d’Ombre'],
  ];
  it.each(rows)('%s', (_, prompt, matched) => {
    expect(ask(prompt)).toEqual({
      ok: false,
      code: 'refused_by_safeguard',
      clause: '/safeguards/living-artists',
      safeguardId: 'living-artists',
      text,
      matched,
    });
  });
});

describe('a prompt that names nobody listed', () => {
  const rows: [string, string][] = [
    ['nothing at all', ''],
    ['only signs', '… !? —'],
    ['a name inside a word', 'a koala in kokopelli socks'],
    ['the flower', 'an iris in a vase'],
    ['the night', 'eine Nacht am Meer, iris in bloom'],
    ['both words apart', 'iris petals in the nacht'],
    ['a longer last name', 'iris nachtigall'],
    ['a longer first name', 'osiris nacht'],
    ['a first name alone', 'zoe in the snow'],
    ['a bird with other initials', 'a j r heron'],
    ['a short name run together', 'the analisa of banality'],
    ['letters that happen to neighbour', 'k o'],
    ['an analysis', 'ana likes the sea'],
    ['Japanese night', '夜の海'],
    ['a word that ends like it', 'gecko and taiko'],
  ];
  it.each(rows)('%s', (_, prompt) => {
    expect(ask(prompt)).toEqual({ ok: true });
  });
});

describe('consent', () => {
  const prompt = 'a lighthouse by Iris Nacht';
  it.each([
    ['as the policy lists the name', 'Iris Nacht'],
    ['as the artist writes it', 'irisnacht'],
    ['with an accent', 'Íris Nacht'],
  ])('lifts the refusal for the artist who gave it, %s', (_, name) => {
    expect(evaluateSafeguards(policy, { prompt, consents: [{ name, use: 'style_name_prompting' }] })).toEqual(
      { ok: true },
    );
  });
  it('to another use lifts nothing', () => {
    expect(
      evaluateSafeguards(policy, { prompt, consents: [{ name: 'Iris Nacht', use: 'train_base' }] }).ok,
    ).toBe(false);
  });
  it('of one artist lifts nothing for another', () => {
    const verdict = evaluateSafeguards(policy, {
      prompt: 'Iris Nacht meets Ko',
      consents: [{ name: 'Iris Nacht', use: 'style_name_prompting' }],
    });
    expect(verdict).toMatchObject({ ok: false, matched: 'Ko' });
  });
});

describe('any prompt', () => {
  const dress = fc.constantFrom<(name: string) => string>(
    (name) => name.toUpperCase(),
    (name) => name.toLowerCase(),
    (name) => name.normalize('NFD'),
    (name) => [...name].join('\u200b'),
    (name) => name.replace(' ', '  '),
    (name) => `«${name}»`,
    (name) => name.replace(' ', '_'),
  );
  it('that holds a listed name, however dressed, is refused', () => {
    fc.assert(
      fc.property(fc.constantFrom(...listed), dress, fc.lorem(), fc.lorem(), (name, put, before, after) => {
        expect(ask(`${before} ${put(name)} ${after}`).ok).toBe(false);
      }),
    );
  });
  it('of any bytes gets an answer, and under a policy without safeguards always a yes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (prompt) => {
        ask(prompt);
        expect(evaluateSafeguards(genesis, { prompt, consents: [] })).toEqual({ ok: true });
      }),
    );
  });
  it('names are the same as themselves in any case', () => {
    fc.assert(
      fc.property(fc.constantFrom(...listed), (name) => {
        expect(sameName(name, name.toUpperCase())).toBe(true);
      }),
    );
  });
});
