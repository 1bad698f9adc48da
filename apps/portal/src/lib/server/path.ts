/** Where to go after coming in: only a place of ours. */
export function ownPath(asked: string | null, otherwise: string): string {
  return asked?.startsWith('/') && !asked.startsWith('//') && !asked.startsWith('/\\') ? asked : otherwise;
}
