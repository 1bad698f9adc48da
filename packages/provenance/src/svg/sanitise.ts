import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes';
import {
  ALLOWED_ATTRIBUTES,
  ALLOWED_ELEMENTS,
  ALLOWED_PROPERTIES,
  FRAGMENT,
  IMAGE_ELEMENTS,
  INNER_PICTURE,
  REFERENCE_ELEMENTS,
  SVG_NAMESPACE,
  TEXT_ELEMENTS,
  XLINK_NAMESPACE,
  XML_NAMESPACE,
} from './allow.ts';
import { cleanDeclarations, cleanStylesheet, isPlainValue } from './css.ts';
import { decodeXml } from './encoding.ts';
import { DescriptionReader, type SelfDescription } from './rdf.ts';
import { scrub } from './scrub.ts';

const MAX_DEPTH = 256;
const MAX_ELEMENTS = 200_000;

export type SvgCode =
  | 'svg_encoding'
  | 'svg_entities'
  | 'svg_malformed'
  | 'not_an_svg'
  | 'svg_script'
  | 'svg_event_handler'
  | 'svg_too_complex';

export type SvgReading =
  | { ok: true; svg: string; about: SelfDescription; dropped: Record<string, number> }
  | { ok: false; code: SvgCode; detail: string };

/** Ends the reading of a file that is refused. Never leaves this file. */
class Refusal extends Error {
  readonly code: SvgCode;
  constructor(code: SvgCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

/**
 * Reads an SVG as a stream and writes a new one from the allow-list, together with what the file says about
 * itself. `dropped` counts what was left out, by kind. Never expands an entity, never fetches anything.
 * Errors: `svg_encoding` (unknown or wrong encoding), then whichever the stream meets first of `svg_entities`
 * (declares entities), `not_an_svg` (other root), `svg_script`, `svg_event_handler`, `svg_too_complex`
 * (over 256 deep or 200,000 elements), `svg_malformed`.
 */
export function readSvg(bytes: Uint8Array): SvgReading {
  const text = decodeXml(bytes);
  if (text === null) return { ok: false, code: 'svg_encoding', detail: 'The encoding is not one we read.' };
  const writer = new SvgWriter();
  const about = new DescriptionReader();
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on('doctype', (doctype) => {
    if (/<!\s*ENTITY/i.test(doctype)) throw new Refusal('svg_entities', 'The file declares entities.');
  });
  parser.on('error', (error) => {
    throw new Refusal('svg_malformed', error.message.slice(0, 200));
  });
  parser.on('opentag', (tag) => {
    about.open(tag);
    writer.open(tag);
  });
  parser.on('closetag', () => {
    about.close();
    writer.close();
  });
  const onText = (chunk: string) => {
    about.text(chunk);
    writer.text(chunk);
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('processinginstruction', ({ target }) => writer.drop(`<?${target}?>`));
  try {
    parser.write(text).close();
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, code: error.code, detail: error.message };
    throw error;
  }
  return { ok: true, svg: writer.toString(), about: about.description, dropped: writer.dropped };
}

interface OpenElement {
  name: string;
  kept: boolean;
}

/** Writes the allowed part of what it is told. An element that is not allowed goes with all it holds. */
class SvgWriter {
  readonly dropped: Record<string, number> = {};
  readonly #parts: string[] = [];
  readonly #open: OpenElement[] = [];
  #skipping = 0;
  #elements = 0;
  #css: string | null = null;
  /** Old files name no namespace at all; drawing programs read them as SVG, so we do. */
  #namespace = SVG_NAMESPACE;

  drop(what: string): void {
    this.dropped[what] = (this.dropped[what] ?? 0) + 1;
  }

  open(tag: SaxesTagNS): void {
    const isRoot = this.#elements === 0;
    this.#guard(tag);
    if (isRoot) this.#checkRoot(tag);
    const kept = this.#skipping === 0 && this.#isAllowed(tag);
    this.#open.push({ name: tag.local, kept });
    if (!kept) {
      if (this.#skipping++ === 0) this.drop(`<${tag.local}>`);
      return;
    }
    if (tag.local === 'style') this.#css = '';
    const namespaces = isRoot ? ` xmlns="${SVG_NAMESPACE}" xmlns:xlink="${XLINK_NAMESPACE}"` : '';
    this.#parts.push(`<${tag.local}${namespaces}${this.#attributes(tag, isRoot ? tag : null)}>`);
  }

  text(text: string): void {
    if (this.#skipping > 0) return;
    if (this.#css !== null) this.#css += text;
    else if (TEXT_ELEMENTS.has(this.#open.at(-1)?.name ?? '')) this.#parts.push(escapeText(scrub(text)));
  }

  close(): void {
    const element = this.#open.pop();
    if (!element) return;
    if (!element.kept) {
      this.#skipping--;
      return;
    }
    if (this.#css !== null) {
      this.#parts.push(escapeText(cleanStylesheet(this.#css)));
      this.#css = null;
    }
    this.#parts.push(`</${element.name}>\n`);
  }

  toString(): string {
    return this.#parts.join('');
  }

  /** Refuses what no picture needs, also inside parts that would be dropped anyway. */
  #guard(tag: SaxesTagNS): void {
    if (++this.#elements > MAX_ELEMENTS || this.#open.length > MAX_DEPTH)
      throw new Refusal('svg_too_complex', `More than ${MAX_ELEMENTS} elements or ${MAX_DEPTH} levels.`);
    if (/^(?:script|handler|listener)$/i.test(tag.local))
      throw new Refusal('svg_script', `It holds a <${tag.local}> element.`);
    for (const attribute of Object.values(tag.attributes)) {
      if (/^on[a-z]/i.test(attribute.local) && attribute.prefix === '')
        throw new Refusal('svg_event_handler', `It holds ${attribute.name} on <${tag.name.slice(0, 80)}>.`);
      if (/^(?:javascript|vbscript):/i.test(withoutControls(attribute.value)))
        throw new Refusal('svg_script', `A ${attribute.name.slice(0, 80)} runs a script.`);
    }
  }

  #checkRoot(tag: SaxesTagNS): void {
    if (tag.local !== 'svg' || (tag.uri !== SVG_NAMESPACE && tag.uri !== ''))
      throw new Refusal('not_an_svg', `The root element is <${tag.name.slice(0, 80)}>.`);
    this.#namespace = tag.uri;
  }

  #isAllowed(tag: SaxesTagNS): boolean {
    if (tag.uri !== this.#namespace || !ALLOWED_ELEMENTS.has(tag.local)) return false;
    if (!IMAGE_ELEMENTS.has(tag.local)) return true;
    const href = Object.values(tag.attributes).find(isHref)?.value.trim() ?? '';
    if (INNER_PICTURE.test(href) || FRAGMENT.test(href)) return true;
    this.drop('external reference');
    return false;
  }

  #attributes(tag: SaxesTagNS, root: SaxesTagNS | null): string {
    let written = '';
    for (const attribute of Object.values(tag.attributes)) {
      if (attribute.prefix === 'xmlns' || attribute.name === 'xmlns') continue;
      const isSize = tag === root && (attribute.name === 'width' || attribute.name === 'height');
      const value = isSize ? inPixels(attribute.value) : cleanAttribute(tag.local, attribute);
      if (value === null) this.drop(`@${attribute.name}`);
      else written += ` ${isHref(attribute) ? 'xlink:href' : attribute.name}="${escapeAttribute(value)}"`;
    }
    return written;
  }
}

function isHref(attribute: SaxesAttributeNS): boolean {
  return attribute.local === 'href' && (attribute.uri === XLINK_NAMESPACE || attribute.prefix === '');
}

/** The value to write, or null to leave the attribute out. */
function cleanAttribute(element: string, attribute: SaxesAttributeNS): string | null {
  const { local, value } = attribute;
  if (isHref(attribute)) {
    const target = value.trim();
    if (FRAGMENT.test(target) && REFERENCE_ELEMENTS.has(element)) return target;
    return IMAGE_ELEMENTS.has(element) && INNER_PICTURE.test(target) ? target.replace(/\s+/g, '') : null;
  }
  if (attribute.uri === XML_NAMESPACE)
    return local === 'space' && /^(?:default|preserve)$/.test(value) ? value : null;
  if (attribute.prefix !== '') return null;
  if (local === 'style') return cleanDeclarations(value) || null;
  if (local === 'id' || local === 'class')
    return /^[^\s"'<>()\\@/]{1,200}(?:\s+[^\s"'<>()\\@/]{1,200})*$/.test(value) ? value : null;
  if (ALLOWED_PROPERTIES.has(local)) return isPlainValue(value) ? scrub(value) : null;
  return ALLOWED_ATTRIBUTES.has(local) && !/[<\\@]|url\s*\(/i.test(value) ? value : null;
}

const PIXELS: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  pt: 4 / 3,
  pc: 16,
  mm: 96 / 25.4,
  cm: 96 / 2.54,
  in: 96,
};

/** A length in CSS pixels, without a unit: renderers scale units by their own idea of a dot. Null: no length. */
function inPixels(length: string): string | null {
  const [, number, unit] = /^\s*(\d*\.?\d+(?:e[+-]?\d{1,2})?)\s*([a-z]{0,2}|%)\s*$/i.exec(length) ?? [];
  if (number === undefined || unit === undefined) return null;
  if (unit === '%') return `${number}%`;
  const factor = PIXELS[unit.toLowerCase()];
  return factor === undefined ? null : String(Number((Number(number) * factor).toFixed(4)));
}

function withoutControls(value: string): string {
  // Browsers skip control characters and spaces when they read the scheme of an address.
  return [...value.slice(0, 200)].filter((char) => char > ' ').join('');
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function escapeAttribute(text: string): string {
  return escapeText(text)
    .replaceAll('"', '&quot;')
    .replaceAll('\n', ' ')
    .replaceAll('\t', ' ')
    .replaceAll('\r', ' ');
}
