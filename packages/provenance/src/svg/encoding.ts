/** Encodings that occur in drawings; others are refused rather than guessed. */
const KNOWN = new Set([
  'utf-8',
  'utf8',
  'us-ascii',
  'ascii',
  'iso-8859-1',
  'iso-8859-15',
  'windows-1252',
  'utf-16',
]);

/**
 * The text of an XML file, its declaration taken off, or null when the encoding is unknown or the bytes do not
 * fit it (XML 1.0, appendix F: byte order mark first, then the declaration, else UTF-8).
 */
export function decodeXml(bytes: Uint8Array): string | null {
  const mark = markOf(bytes);
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
  const declared = /^(?:\u00ef\u00bb\u00bf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([\w-]+)["']/i
    .exec(head)?.[1]
    ?.toLowerCase();
  const encoding = mark ?? declared ?? 'utf-8';
  if (!mark && !KNOWN.has(encoding)) return null;
  if (!mark && encoding === 'utf-16') return null;
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.replace(/^\s*<\?xml[^>]*\?>/i, '').trimStart();
  } catch {
    return null;
  }
}

function markOf(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 'utf-8' : null;
}
