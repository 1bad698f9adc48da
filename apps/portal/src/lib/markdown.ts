/** The part of Markdown that our cards use, as data: the page renders it, so nothing in a card can become markup. */

export type Span =
  | { kind: 'text' | 'code' | 'strong'; text: string }
  | { kind: 'link'; text: string; href: string };
export type Block =
  | { kind: 'heading'; level: number; spans: Span[] }
  | { kind: 'para'; spans: Span[] }
  | { kind: 'list'; ordered: boolean; items: Span[][] }
  | { kind: 'table'; head: Span[][]; rows: Span[][][] }
  | { kind: 'code'; text: string };

const inline = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\((https?:\/\/[^)\s]+|\/[^)\s]*)\)/g;

function spans(text: string): Span[] {
  const found: Span[] = [];
  let last = 0;
  for (const match of text.matchAll(inline)) {
    if (match.index > last) found.push({ kind: 'text', text: text.slice(last, match.index) });
    if (match[1] !== undefined) found.push({ kind: 'code', text: match[1] });
    else if (match[2] !== undefined) found.push({ kind: 'strong', text: match[2] });
    else found.push({ kind: 'link', text: match[3] ?? '', href: match[4] ?? '' });
    last = match.index + match[0].length;
  }
  if (last < text.length) found.push({ kind: 'text', text: text.slice(last) });
  return found;
}

const cells = (line: string): Span[][] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => spans(cell.trim()));

function blockOf(lines: string[]): Block {
  const first = lines[0] ?? '';
  const heading = /^(#{1,6})\s+(.*)$/.exec(first);
  if (heading) return { kind: 'heading', level: heading[1]?.length ?? 1, spans: spans(heading[2] ?? '') };
  const bullet = /^\s*(?:[-*]|(\d+\.))\s/.exec(first);
  if (bullet) {
    const items = lines
      .join('\n')
      .split(/^\s*(?:[-*]|\d+\.)\s+/m)
      .slice(1);
    return {
      kind: 'list',
      ordered: bullet[1] !== undefined,
      items: items.map((item) => spans(item.replace(/\s*\n\s*/g, ' ').trim())),
    };
  }
  if (/^\s*\|/.test(first) && /^[\s|:-]+$/.test(lines[1] ?? '')) {
    return { kind: 'table', head: cells(first), rows: lines.slice(2).map(cells) };
  }
  return { kind: 'para', spans: spans(lines.join(' ')) };
}

/** Splits Markdown into blocks; what it does not know stays plain text. */
export function blocks(source: string): Block[] {
  const found: Block[] = [];
  let open: string[] = [];
  let fence: string[] | null = null;
  const close = (): void => {
    if (open.length > 0) found.push(blockOf(open));
    open = [];
  };
  for (const line of source.replace(/^---\n[\s\S]*?\n---\n/, '').split('\n')) {
    if (line.startsWith('```')) {
      if (fence) found.push({ kind: 'code', text: fence.join('\n') });
      else close();
      fence = fence ? null : [];
    } else if (fence) fence.push(line);
    else if (line.trim() === '') close();
    else if (/^#{1,6}\s/.test(line)) {
      close();
      found.push(blockOf([line]));
    } else open.push(line.trimEnd());
  }
  close();
  return found;
}
