import { scrub } from '../svg/scrub.ts';
import { repairText } from './authors.ts';

/** A title or keyword fit to be shown: repaired, without addresses and paths, spaces made single. */
export function cleanText(text: string): string {
  return scrub(repairText(text)).normalize('NFC').replace(/\s+/g, ' ').trim();
}
