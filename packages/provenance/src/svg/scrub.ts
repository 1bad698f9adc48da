/** An e-mail address, plain or as `mailto:`. Bounded, so that no text makes the search slow. */
const EMAIL = /(?:mailto:)?[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,5}/giu;
/** Paths that tell whose computer it was: home folders of Unix, macOS and Windows, drive letters, UNC shares. */
const PATHS = [
  /(?:file:\/{2,3})?\/(?:home|Users|root|usr|tmp|var|mnt|media|export)\/[^\s"'<>;,)]*/g,
  /(?:file:\/{2,3})?\b[A-Za-z]:[\\/](?:Documents and Settings[\\/])?[^"'<>;,)\n]*/g,
  /\\\\[\w.-]+\\[^\s"'<>;,)]*/g,
  /~\/[^\s"'<>;,)]*/g,
];

/** Takes e-mail addresses and paths of somebody's computer out of a text. */
export function scrub(text: string): string {
  if (!/[@/\\]/.test(text)) return text;
  let clean = text.replace(EMAIL, '');
  for (const path of PATHS) clean = clean.replace(path, '');
  return clean;
}
