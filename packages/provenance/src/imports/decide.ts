import { type FileCode, openPicture, type PictureFacts, sha256Of } from '../picture/read.ts';
import { authorName, isPlaceholderAuthor } from '../works/authors.ts';
import { type LicenceReading, readDedication } from '../works/licences.ts';
import { cleanText } from '../works/text.ts';

/** Why a file of a collection is refused. */
export type ImportReason =
  | FileCode
  | Extract<LicenceReading, { ok: false }>['code']
  | 'placeholder_author'
  | 'no_description';

/** A file of a collection that may come in: what it says of itself, cleaned, and its facts. */
export interface Accepted {
  path: string;
  sha256: string;
  title: string;
  author: string;
  keywords: string[];
  licence: string;
  spdx: string;
  facts: PictureFacts;
  bytes: Uint8Array;
}

export type Decision =
  | { ok: true; accepted: Accepted }
  | { ok: false; path: string; sha256: string; reason: ImportReason };

/**
 * Decides whether a file of a public-domain collection comes in. Reasons in the order they are tested: those of
 * `openPicture`, `no_description` (no RDF at all: only SVG carries it), `licence_missing`, `licence_gpl`,
 * `licence_not_a_dedication`, `licence_unknown`, `placeholder_author`, those of drawing. Dear tests come last.
 */
export async function decideFile(path: string, bytes: Uint8Array): Promise<Decision> {
  const sha256 = sha256Of(bytes);
  const no = (reason: ImportReason): Decision => ({ ok: false, path, sha256, reason });
  const opened = openPicture(bytes);
  if (!opened.ok) return no(opened.code);
  if (!opened.about) return no('no_description');
  const { about } = opened;
  const licence = readDedication(about.licence);
  if (!licence.ok) return no(licence.code);
  if (isPlaceholderAuthor(about.author)) return no('placeholder_author');
  const drawn = await opened.draw();
  if (!drawn.ok) return no(drawn.code);
  const keywords = about.keywords.map(cleanText).filter((word) => word !== '' && word.length < 80);
  const accepted = {
    path,
    sha256,
    title: cleanText(about.title).slice(0, 300) || titleOf(path),
    author: authorName(about.author),
    keywords: [...new Set(keywords)].slice(0, 100),
    licence: about.licence.slice(0, 300),
    spdx: licence.spdx,
    facts: drawn.facts,
    bytes,
  };
  return { ok: true, accepted };
}

/** A file that has no title goes by its own name. */
function titleOf(path: string): string {
  const name = path.split('/').at(-1) ?? path;
  return name
    .replace(/\.\w+$/, '')
    .replace(/[_-]+/g, ' ')
    .trim();
}
