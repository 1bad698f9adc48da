import { ALLOWED_PROPERTIES } from './allow.ts';
import { scrub } from './scrub.ts';

/** Longest value of one CSS declaration that is kept. */
const MAX_VALUE = 2000;
const COMMENT = /\/\*[\s\S]*?\*\//g;
/** Any function that could fetch or run something, an escape that could hide one, or markup. */
const DANGEROUS =
  /\\|@|<|expression|javascript|vbscript|-moz-binding|behavior|image-set|\bsrc\s*\(|\bimage\s*\(/i;

const LOCAL_URL = /url\(\s*(["']?)#[^\s"'<>()\\]+\1\s*\)/gi;

/** Whether a presentation value is plain: no escapes, no functions that fetch, `url()` to a fragment only. */
export function isPlainValue(value: string): boolean {
  if (value.length > MAX_VALUE || DANGEROUS.test(value)) return false;
  // What is left after the fragments are taken out may not fetch anything.
  return !/url\s*\(/i.test(value.replace(LOCAL_URL, ''));
}

/** The declarations of a style attribute that are allowed, in their order. */
export function cleanDeclarations(css: string): string {
  const kept: string[] = [];
  for (const declaration of css.replace(COMMENT, ' ').split(';')) {
    const colon = declaration.indexOf(':');
    if (colon < 0) continue;
    const property = declaration.slice(0, colon).trim().toLowerCase();
    const value = declaration.slice(colon + 1).trim();
    if (value !== '' && ALLOWED_PROPERTIES.has(property) && isPlainValue(value))
      kept.push(`${property}:${scrub(value)}`);
  }
  return kept.join(';');
}

/**
 * The rules of a style element that are allowed: plain selectors with plain declarations. At-rules (`@import`,
 * `@font-face`, `@media`…) go with all they hold.
 */
export function cleanStylesheet(css: string): string {
  const kept: string[] = [];
  let at = 0;
  const text = css.replace(COMMENT, ' ').replace(/<!--|-->/g, ' ');
  while (at < text.length) {
    const open = text.indexOf('{', at);
    if (open < 0) break;
    // What stands before a block ends with the last `;`: statements such as `@import url(…);` end there.
    const selector = (text.slice(at, open).split(';').at(-1) ?? '').trim();
    const close = endOfBlock(text, open);
    if (/^[\w\s.#*,>+~:()-]+$/.test(selector)) {
      const declarations = cleanDeclarations(text.slice(open + 1, close));
      if (declarations !== '') kept.push(`${selector.replace(/\s+/g, ' ')}{${declarations}}`);
    }
    at = close + 1;
  }
  return kept.join('\n');
}

function endOfBlock(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return text.length;
}
