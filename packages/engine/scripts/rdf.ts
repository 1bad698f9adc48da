/**
 * Reads what a training run needs from the RDF block of an openclipart SVG. Not an XML parser: the block
 * is flat and machine-written, and the full importer (packages/provenance) does the strict reading.
 */
export type SvgRecord = { title: string; author: string; licence: string; keywords: string[] };

const PLACEHOLDERS = new Set([
  '',
  'unknown',
  'anonymous',
  'anon',
  'none',
  'your name',
  'author',
  'agent',
  'creator',
  'name',
  'me',
  'n a',
  'open clip art library',
  'openclipart',
  'open clip art',
  'open clipart library',
  'open clip art project',
  'openclipart org',
  'www openclipart org',
  'http www openclipart org',
  'public domain',
  'unspecified',
  'various',
  'inkscape',
  'sodipodi',
  'user',
  'root',
  'admin',
  'test',
  'untitled',
  'no name',
  'noname',
  'nobody',
]);

function decodeEntities(text: string): string {
  return text
    .replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, '$1')
    .replace(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_, dec) => String.fromCodePoint(Number(dec)))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim();
}

function element(block: string, tag: string): string {
  return (
    new RegExp(`<(?:\\w+:)?${tag}(?:\\s[^>]*)?>([\\s\\S]*?)</(?:\\w+:)?${tag}>`, 'i').exec(block)?.[1] ?? ''
  );
}

/** Title, author, licence URI and keywords of one SVG; empty strings where absent. */
export function readSvgRecord(svg: string): SvgRecord {
  const rdf = /<(?:\w+:)?RDF[\s>][\s\S]*?<\/(?:\w+:)?RDF>/i.exec(svg)?.[0] ?? '';
  const work = element(rdf, 'Work') || rdf;
  const creator = element(work, 'creator');
  const subject = element(work, 'subject');
  const rest = work.replace(
    /<(?:\w+:)?(creator|rights|publisher|contributor)[\s>][\s\S]*?<\/(?:\w+:)?\1>/gi,
    '',
  );
  const keywords = [...subject.matchAll(/<(?:\w+:)?li[^>]*>([\s\S]*?)<\/(?:\w+:)?li>/gi)].map((m) =>
    decodeEntities(m[1] ?? ''),
  );
  return {
    title: withoutAddresses(decodeEntities(element(rest, 'title'))).slice(0, 300),
    author: publicName(decodeEntities(element(creator, 'title') || creator.replace(/<[^>]*>/g, ' '))).slice(
      0,
      200,
    ),
    licence: /<(?:\w+:)?license[^>]*resource\s*=\s*["']([^"']*)["']/i.exec(work)?.[1]?.trim() ?? '',
    keywords: keywords.filter((k) => k !== '' && k.length < 80),
  };
}

const EMAIL = /([\p{L}\p{N}._%+-]+)@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/u;

function withoutAddresses(text: string): string {
  return text
    .replace(new RegExp(EMAIL.source, 'gu'), '')
    .replace(/[<([{]\s*(?:e-?mail:?\s*)?[>)\]}]/gi, '')
    .replace(/[\s,;-]+$/, '')
    .trim();
}

/** The author's name without e-mail addresses; of a field that is nothing else, the part before the @. */
export function publicName(field: string): string {
  const named = withoutAddresses(field);
  return /\p{L}/u.test(named) ? named : (EMAIL.exec(field)?.[1] ?? '');
}

/** True when the author field names nobody (a template's default, an institution's name, blank). */
export function isPlaceholderAuthor(author: string): boolean {
  const plain = author
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return PLACEHOLDERS.has(plain) || !/\p{L}/u.test(plain);
}

/** True for the two public-domain URIs and the literal that occur in this collection. */
export function isPublicDomain(licence: string): boolean {
  return /PublicDomain$|licenses\/publicdomain\/?$|publicdomain\/zero|^Public Domain$/i.test(licence);
}
