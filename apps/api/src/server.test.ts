import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from '@uncaged/platform';
import { openTestPlatform } from '@uncaged/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uncaged-server-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const local = { port: 0, host: '127.0.0.1' };

/** An embedded collective in a folder of its own, whatever the environment says. */
function embedded(name: string): Config {
  const read = readConfig({ UNCAGED_DATA: join(folder, name) });
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join());
  return read.config;
}

async function start(options: Parameters<typeof startApi>[0]) {
  const started = await startApi({ ...local, ...options });
  if (!started.ok) throw new Error(started.message);
  return started.api;
}

describe('the server', () => {
  it('keeps what it acknowledged, and refuses a second process on its data folder', async () => {
    const config = embedded('data');
    const first = await start({ config });
    const second = await startApi({ config, ...local });
    expect(second).toMatchObject({ ok: false, code: 'data_folder_in_use', pid: process.pid });
    const founder = { pseudonym: 'heron', password: 'a long enough password' };
    const founded = await fetch(`${first.url}/api/collective`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: first.url },
      body: JSON.stringify({ name: 'Night Shift', currency: 'EUR', founder }),
    });
    const { receipt } = await founded.json();
    const token = join(config.dataFolder, 'operator.token');
    expect((await stat(token)).mode & 0o777).toBe(0o600);
    expect((await readFile(join(config.dataFolder, 'address'), 'utf8')).trim()).toBe(first.url);
    await first.close();

    const again = await start({ config });
    expect(again.operatorToken).toBe((await readFile(token, 'utf8')).trim());
    const entry = await (await fetch(`${again.url}/api/book/entries/${receipt.entryId}`)).json();
    expect(entry.receipt).toEqual(receipt);
    expect(entry.inclusion).not.toBeNull();
    await again.close();
  });

  it('hands everything but /api to the portal, and the api to it without the network', async () => {
    await using platform = await openTestPlatform();
    const portal = new URL('./fixtures/portal.mjs', import.meta.url).pathname;
    const api = await start({ platform, portal });
    expect(await (await fetch(`${api.url}/clips/7`)).text()).toBe('portal /clips/7 over http');
    expect((await fetch(`${api.url}/api/nothing`)).status).toBe(404);
    expect((await fetch(`${api.url}/apiary`)).status).toBe(200);
    const inProcess = (globalThis as Record<symbol, unknown>)[Symbol.for('uncaged.fetch')] as typeof fetch;
    const health = await inProcess(new Request(`${api.url}/api/health`));
    expect(await health.json()).toMatchObject({ ok: true });
    await api.close();
  });

  it('ends open streams and waiting workers when it stops', async () => {
    await using platform = await openTestPlatform();
    const api = await start({ platform });
    const stream = await fetch(`${api.url}/api/events`);
    const told = stream.text();
    await api.close();
    expect(await told).toContain(': open');
    await expect(fetch(`${api.url}/api/health`)).rejects.toThrow();
  });

  it('says which port is taken', async () => {
    await using platform = await openTestPlatform();
    const api = await start({ platform });
    const port = Number(new URL(api.url).port);
    expect(await startApi({ platform, host: '127.0.0.1', port })).toMatchObject({
      ok: false,
      code: 'port_in_use',
      port,
    });
    await api.close();
  });
});

describe('the public event stream', () => {
  it('tells what the book tells, from where one left', async () => {
    await using platform = await openTestPlatform();
    const api = await start({ platform });
    const founder = { pseudonym: 'heron', password: 'a long enough password' };
    const body = JSON.stringify({ name: 'Night Shift', currency: 'EUR', founder });
    const stream = await fetch(`${api.url}/api/events`);
    await fetch(`${api.url}/api/collective`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const events: string[] = [];
    for await (const chunk of stream.body ?? []) {
      events.push(Buffer.from(chunk).toString());
      if (events.join('').includes('event: collective.founded')) break;
    }
    const [, last] = /id: (\d+)/.exec(events.join('')) ?? [];
    const later = await fetch(`${api.url}/api/events`, { headers: { 'last-event-id': last ?? '' } });
    const told = later.text();
    await api.close();
    expect(await told).not.toContain('event: collective.founded');
  });
});
