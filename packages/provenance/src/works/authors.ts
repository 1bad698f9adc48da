/** What templates, programs and institutions leave in an author field. Compared without case and punctuation. */
const PLACEHOLDERS = new Set([
  'unknown',
  'unknown author',
  'author unknown',
  'anonymous',
  'anon',
  'none',
  'null',
  'nil',
  'n a',
  'na',
  'tba',
  'tbd',
  'your name',
  'your name here',
  'insert name',
  'name',
  'full name',
  'author',
  'authors',
  'artist',
  'the artist',
  'agent',
  'creator',
  'owner',
  'me',
  'myself',
  'i',
  'you',
  'various',
  'various artists',
  'unspecified',
  'undefined',
  'untitled',
  'no name',
  'noname',
  'no author',
  'nobody',
  'not specified',
  'not available',
  'to be determined',
  'open clip art library',
  'open clipart library',
  'openclipart library',
  'open clip art',
  'open clipart',
  'openclipart',
  'open clip art project',
  'openclipart org',
  'www openclipart org',
  'http www openclipart org',
  'public domain',
  'pd',
  'cc0',
  'creative commons',
  'inkscape',
  'sodipodi',
  'adobe illustrator',
  'illustrator',
  'coreldraw',
  'user',
  'root',
  'admin',
  'administrator',
  'test',
  'tester',
  'default',
  'guest',
  'lorem ipsum',
  'first last',
  'firstname lastname',
  'john doe',
  'jane doe',
  'unbekannt',
  'inconnu',
  'anonyme',
  'desconocido',
  'anonimo',
  'anónimo',
  'sconosciuto',
  'neznámý',
  'nieznany',
]);

const EMAIL = /(?:mailto:)?([\p{L}\p{N}._%+-]{1,64})@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,5}/iu;

/** HTML's names for U+00A0 to U+00FF, in order (HTML 4.01, section 24.2.1). */
const LATIN1 = (
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute ' +
  'micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig ' +
  'Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash ' +
  'Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ' +
  'ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ' +
  'ucirc uuml yacute thorn yuml'
).split(' ');

/** Undoes names that were escaped twice, and UTF-8 that was once read as Latin-1 (`TomÃ¡Å¡` → `Tomáš`). */
export function repairText(text: string): string {
  const unescaped = text.replace(/&([A-Za-z]+[0-9]?);/g, (whole, name: string) => {
    const at = LATIN1.indexOf(name);
    if (at >= 0) return String.fromCharCode(0xa0 + at);
    return { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[name] ?? whole;
  });
  if (!/[\u0080-\u00ff]/.test(unescaped) || /[^\0-\u00ff]/.test(unescaped)) return unescaped;
  try {
    const bytes = Uint8Array.from(unescaped, (char) => char.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return unescaped;
  }
}

/**
 * The name an author goes by: e-mail addresses taken out (`Ghuul (ghuul@…)` → `Ghuul`; an address alone leaves
 * what stands before the @), spaces made single, at most 200 characters. May be empty.
 */
export function authorName(field: string): string {
  const text = repairText(field).normalize('NFC').replace(/\s+/g, ' ').trim();
  const local = EMAIL.exec(text)?.[1] ?? '';
  const named = text
    .replace(new RegExp(EMAIL.source, 'giu'), '')
    .replace(/[<([{]\s*[>)\]}]/g, '')
    .replace(/[\s,;-]+$/, '')
    .trim();
  return (/\p{L}/u.test(named) ? named : local).slice(0, 200).trim();
}

/** One key for each way of writing the same name: case, accents' form and spaces do not count. */
export function authorKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** Whether an author field names nobody: empty, a template's word, a program's slip (`HASH(0x89c79d4)`), no letters. */
export function isPlaceholderAuthor(field: string): boolean {
  const name = authorName(field);
  if (/^(?:HASH|ARRAY|SCALAR|CODE)\(0x[0-9a-f]+\)$/i.test(name) || name === '[object Object]') return true;
  const plain = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return !/\p{L}/u.test(plain) || PLACEHOLDERS.has(plain);
}
