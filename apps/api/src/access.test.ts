import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { genesisPolicy } from '@uncaged/governance';
import { openTestPlatform } from '@uncaged/platform/testing';
import { describe, expect, it } from 'vitest';
import { access, mayCall } from './access.ts';
import { buildApp } from './app.ts';
import { problems } from './problems.ts';

const root = join(import.meta.dirname, '..', '..', '..');

describe('the access file', () => {
  it('names every route of the app, and no route that is not there', async () => {
    await using platform = await openTestPlatform();
    const app = buildApp(platform, { operatorToken: '' });
    const routes = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`);
    const unnamed = routes.filter((route) => !(route in access));
    expect(unnamed, 'name these in apps/api/src/access.ts; what it does not name is denied').toEqual([]);
    const gone = Object.keys(access).filter((route) => !routes.includes(route));
    expect(gone, 'no app has these routes any more; take them out of apps/api/src/access.ts').toEqual([]);
  });

  it('names what the OpenAPI document describes, and the document leaves nothing out', async () => {
    await using platform = await openTestPlatform();
    const app = buildApp(platform, { operatorToken: '' });
    const { paths } = (await (await app.request('/api/openapi.json')).json()) as {
      paths: Record<string, object>;
    };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    const all = Object.keys(access).filter((route) => route !== 'GET /api/openapi.json');
    expect(described.sort()).toEqual(all.sort());
  });

  it('denies what it does not name, to everybody', () => {
    const operator = { memberId: null, roles: [], kind: 'operator' as const };
    expect(mayCall('GET /api/secret', operator, null)).toEqual({ ok: false, code: 'route_not_listed' });
  });

  it('asks the policy for acts', async () => {
    const policy = await genesisPolicy();
    const member = (roles: string[]) => ({ memberId: 'm', roles, kind: 'member' as const });
    const visitor = { memberId: null, roles: [], kind: 'visitor' as const };
    const founder = member(policy.membership.founderRoles);
    expect(mayCall('POST /api/generations', founder, policy)).toEqual({ ok: true });
    expect(mayCall('POST /api/generations', founder, null)).toMatchObject({ code: 'not_allowed' });
    expect(mayCall('POST /api/generations', member([]), policy)).toMatchObject({ code: 'not_allowed' });
    expect(mayCall('POST /api/generations', visitor, policy)).toMatchObject({ code: 'not_logged_in' });
    expect(mayCall('POST /api/worker/lease', founder, policy)).toMatchObject({ code: 'not_allowed' });
  });
});

describe('the problem table', () => {
  it('has every code that a decision can return', () => {
    const missing = new Map<string, string>();
    for (const file of sources())
      for (const [, code] of readFileSync(file, 'utf8').matchAll(/ok: false, code: '([a-z_]+)'/g))
        if (code && !(code in problems)) missing.set(code, file.slice(root.length + 1));
    expect([...missing], 'add these codes to apps/api/src/problems/<domain>.ts').toEqual([]);
  });
});

/** Rules that strangers recheck with, and what is told in an import report or at start: none of it is an answer. */
const offline = [
  /book.src.(allocation|checkpoint|note|receipt)\.ts$/,
  /governance.src.patch\.ts$/,
  /provenance.src.(datasets.root|models.\w+|works.licences)\.ts$/,
];

/** Sources whose refusals reach HTTP. */
function sources(): string[] {
  const domains = [
    'platform/src/accounts',
    'book/src',
    'governance/src',
    'compensation/src',
    'provenance/src',
    'studio/src',
  ];
  return domains.flatMap((domain) =>
    readdirSync(join(root, 'packages', domain), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => join(root, 'packages', domain, name))
      .filter((path) => !offline.some((one) => one.test(path))),
  );
}
