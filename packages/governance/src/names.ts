/**
 * Finding a person's name in a text, however it is dressed up: accents, capitals, full-width or letter-like
 * signs, Cyrillic and Greek look-alikes, hyphens, dots, hashtags, spaced-out letters, last name first.
 * The same bytes give the same answer on every machine: no locale and no dictionary is asked.
 */

/** Letters of other scripts that look like Latin ones (a small part of Unicode's confusables), after lower-casing. */
const lookAlikes: Record<string, string> = {
  а: 'a',
  в: 'b',
  е: 'e',
  ѕ: 's',
  і: 'i',
  ј: 'j',
  к: 'k',
  м: 'm',
  н: 'h',
  о: 'o',
  р: 'p',
  с: 'c',
  т: 't',
  у: 'y',
  х: 'x',
  һ: 'h',
  ԁ: 'd',
  ԛ: 'q',
  ԝ: 'w',
  ӏ: 'l',
  ё: 'e',
  ї: 'i', // Cyrillic
  α: 'a',
  β: 'b',
  ε: 'e',
  ζ: 'z',
  η: 'n',
  ι: 'i',
  κ: 'k',
  μ: 'm',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  χ: 'x',
  ϲ: 'c',
  ϳ: 'j', // Greek
};
/** Latin letters that Unicode does not decompose. */
const unaccented: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ŧ: 't',
  ŋ: 'n',
  ƒ: 'f',
};
const swaps = new Map([...Object.entries(lookAlikes), ...Object.entries(unaccented)]);

/** Scripts written without spaces between words: there a name is looked for inside a run of signs. */
const unspaced =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+$/u;

/** Long enough that a name of two words written as one is no ordinary word by accident. */
const joinedMinLength = 8;

/** Lower case without accents, look-alikes and signs that nobody sees. Plain ASCII, the common case, is done at once. */
function fold(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text.toLowerCase();
  const folded = text
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '');
  return [...folded].map((sign) => swaps.get(sign) ?? sign).join('');
}

/** The words of a text as they stand apart, with everything taken off that only dresses them up. */
function wordsApart(text: string): string[] {
  return fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** The same, with words that are spelled out letter by letter put together. */
export function plainWords(text: string): string[] {
  return joinSpelledOut(wordsApart(text));
}

const spacedOut = (words: readonly string[]) => ` ${words.join(' ')} `;

/** A text made ready for looking up many names in it. */
export interface PlainText {
  words: readonly string[];
  /** the words with one space around each */
  spaced: string;
  /** the same with single letters left apart: initials stand beside a word of one letter, as in "a J. R. R. Heron" */
  apart: string;
  /** the words without a space */
  joined: string;
}

export function plainText(text: string): PlainText {
  const apart = wordsApart(text);
  const words = joinSpelledOut(apart);
  return { words, spaced: spacedOut(words), apart: spacedOut(apart), joined: words.join('') };
}

/** Three or more single letters in a row are one word spelled out: "h e r o n" → "heron". */
function joinSpelledOut(words: string[]): string[] {
  const joined: string[] = [];
  let run: string[] = [];
  const flush = () => {
    if (run.length >= 3) joined.push(run.join(''));
    else joined.push(...run);
    run = [];
  };
  for (const word of words) {
    if ([...word].length === 1) run.push(word);
    else {
      flush();
      joined.push(word);
    }
  }
  flush();
  return joined;
}

/** Whether some neighbouring words, written together, are exactly this: "heron na cht" for "heronnacht". */
function holdsJoined(text: PlainText, joined: string): boolean {
  if (!text.joined.includes(joined)) return false;
  return text.words.some((_, at) => {
    let built = '';
    for (let i = at; i < text.words.length && built.length < joined.length; i++) built += text.words[i];
    return built === joined;
  });
}

/** A name made ready for looking it up in many texts; null: a name without a letter, which is in none. */
export type SoughtName = {
  joined: string;
  anywhere: boolean;
  inWords: string[];
  /** as the name is written, single letters apart */
  apart: string;
} | null;

export function soughtName(name: string): SoughtName {
  const apart = wordsApart(name);
  const words = joinSpelledOut(apart);
  const last = words.at(-1);
  if (last === undefined) return null;
  const joined = words.join('');
  const lastFirst = words.length < 2 ? [] : [spacedOut([last, ...words.slice(0, -1)])];
  const inWords = [spacedOut(words), ...lastFirst];
  return { joined, anywhere: unspaced.test(joined), inWords, apart: spacedOut(apart) };
}

/**
 * What a text without spaces holds when it names somebody of a list; most texts name nobody, and are done with at once.
 * Null: the list names nobody.
 */
export function anyOf(names: readonly SoughtName[]): RegExp | null {
  const forms = names.flatMap((sought) =>
    sought === null ? [] : sought.inWords.map((sequence) => sequence.replaceAll(' ', '')),
  );
  return forms.length === 0 ? null : new RegExp(forms.join('|'), 'u');
}

/**
 * Whether the text names this person. Whole words only, so that "Ko" is not found in "koala"; a name of several
 * words is also found last name first, run together, hashtagged or broken up.
 */
export function namesPerson(text: PlainText, sought: SoughtName): boolean {
  if (sought === null) return false;
  const { joined, anywhere, inWords, apart } = sought;
  if (anywhere) return text.joined.includes(joined);
  if (inWords.some((sequence) => text.spaced.includes(sequence)) || text.apart.includes(apart)) return true;
  return inWords.length > 1 && joined.length >= joinedMinLength && holdsJoined(text, joined);
}

/** Whether two ways of writing are the same name. */
export function sameName(one: string, other: string): boolean {
  const joined = plainWords(one).join('');
  return joined !== '' && joined === plainWords(other).join('');
}
