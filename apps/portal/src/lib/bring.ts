/** Files on their way in: one call a file, so that each says for itself how far it is and why it was refused. */
import type { Problem, WorkCreated } from '@uncaged/contract';

/** What the file chooser offers; what is really taken is the api's to say. */
export const takes =
  'image/svg+xml,image/png,image/jpeg,image/webp,image/avif,image/gif,video/mp4,video/webm';

export type Sent = { ok: true; data: WorkCreated } | { ok: false; problem: Problem; heard: boolean };

/** "kraken_at-rest (2).svg" → "kraken at rest (2)": a title to begin with. */
export function titleOf(fileName: string): string {
  const stem = fileName.replace(/\.[a-z0-9]{1,5}$/i, '');
  return stem.replace(/[_-]+/g, ' ').replace(/\s+/g, ' ').trim().slice(0, 300) || 'untitled';
}

/** 1536 → "1.5 kB", in powers of 1000. */
export function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

const broken: Problem = {
  type: 'about:blank',
  title: 'The connection broke',
  status: 0,
  code: 'connection_broke',
  detail: 'We do not know whether it arrived.',
  next: 'Send it again: sent twice with the same key, a work is taken once.',
};

const unreadable = (status: number): Problem => ({
  type: 'about:blank',
  title: 'We could not read the answer',
  status,
  code: 'unreadable_answer',
  detail: 'Something between this page and our machine answered in its place.',
  next: 'Send it again. If it stays, tell whoever runs this machine.',
});

/**
 * Sends one work; `sent` hears the part that has left, 0 to 1. A refusal is a value; `heard` is false where nobody
 * answered, so that the same key must be used again. (`fetch` does not tell how much of a body has left.)
 */
export function send(form: FormData, key: string, sent: (part: number) => void): Promise<Sent> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/works');
    request.setRequestHeader('accept', 'application/json');
    request.setRequestHeader('idempotency-key', key);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) sent(event.loaded / event.total);
    };
    request.onerror = () => resolve({ ok: false, problem: broken, heard: false });
    request.onload = () => resolve(answerOf(request));
    request.send(form);
  });
}

function answerOf({ status, responseText }: XMLHttpRequest): Sent {
  let json: unknown = null;
  try {
    json = JSON.parse(responseText);
  } catch {
    json = null;
  }
  if (status < 300 && json !== null) return { ok: true, data: json as WorkCreated };
  const known = json !== null && typeof json === 'object' && 'code' in json;
  return { ok: false, problem: known ? (json as Problem) : unreadable(status), heard: status < 500 };
}
