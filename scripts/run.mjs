// The one way in: `node scripts/run.mjs COMMAND …`. Plain JavaScript for any Node from 20 on: it installs the
// locked dependencies with the pinned pnpm, then hands over to Node 24, which runs our TypeScript as it is.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PNPM = 'pnpm@12.21.0';
const NODE_MAJOR = 24;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const inRoot = (...parts) => path.join(root, ...parts);
const bin = inRoot('node_modules', '.bin');

/** Runs a command to its end with our terminal; exits with its status when it fails. */
function must(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (done.error) fail(`could not run ${command}: ${done.error.message}`);
  if (done.status !== 0) process.exit(done.status ?? 1);
}

function fail(message) {
  console.error(`uncaged: ${message}`);
  process.exit(1);
}

/** A digest of what decides the installed tree: the lockfile, the workspace file and every package.json. */
function installDigest() {
  const hash = createHash('sha256');
  const manifests = ['apps', 'packages'].flatMap((dir) =>
    readdirSync(inRoot(dir)).map((name) => inRoot(dir, name, 'package.json')),
  );
  for (const file of [
    inRoot('pnpm-lock.yaml'),
    inRoot('pnpm-workspace.yaml'),
    inRoot('package.json'),
    ...manifests.sort(),
  ]) {
    if (existsSync(file)) hash.update(file.slice(root.length)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function install() {
  const stamp = inRoot('node_modules', '.installed');
  const digest = installDigest();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  console.error('uncaged: installing dependencies …');
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
  must(npx, ['-y', PNPM, 'install', '--frozen-lockfile', '--prefer-offline'], {
    // npx inside `npm run` inherits npm's settings; pnpm reads its own from the workspace file.
    stdio: ['ignore', 2, 2],
  });
  // Kit writes the types and settings that the portal's sources and tests extend.
  must(node24(), ['node_modules/@sveltejs/kit/svelte-kit.js', 'sync'], {
    cwd: inRoot('apps', 'portal'),
    stdio: ['ignore', 2, 2],
  });
  writeFileSync(stamp, digest);
}

/** The locked Node 24 if this platform has one, else the Node we run on when it is new enough. */
function node24() {
  const locked = path.join(bin, 'node');
  if (existsSync(locked)) return locked;
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath;
  return fail(
    `this platform needs Node ${NODE_MAJOR} or newer; this is ${process.version}. Install it and try again.`,
  );
}

function newestChange(target) {
  const stat = statSync(target);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(target).reduce(
    (newest, name) => Math.max(newest, newestChange(path.join(target, name))),
    0,
  );
}

/** Builds the portal when its sources are newer than its build. */
function buildPortal(node, env) {
  const portal = inRoot('apps', 'portal');
  const built = path.join(portal, 'build', 'handler.js');
  const sources = [
    path.join(portal, 'src'),
    path.join(portal, 'vite.config.ts'),
    path.join(portal, 'package.json'),
    ...['contract', 'verify', 'book', 'governance', 'compensation', 'provenance'].map((name) =>
      inRoot('packages', name, 'src'),
    ),
  ];
  if (
    existsSync(built) &&
    sources.filter(existsSync).every((source) => newestChange(source) <= statSync(built).mtimeMs)
  )
    return;
  console.error('uncaged: building the portal …');
  must(node, [path.join(portal, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: portal,
    env,
    stdio: ['ignore', 2, 2],
  });
}

/** Runs the last command: its signals are ours, its exit status is ours. */
function handOver(command, args, env) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`could not run ${command}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

const [command, ...args] = process.argv.slice(2);
const tools = {
  start: ['apps/cli/src/index.ts', 'up'],
  uncaged: ['apps/cli/src/index.ts'],
  test: ['node_modules/vitest/vitest.mjs', 'run', '--project', 'suite'],
  vitest: ['node_modules/vitest/vitest.mjs', 'run'],
  check: ['scripts/check.ts'],
  bench: ['test/bench/run.ts'],
  story: ['test/stories/run.ts'],
  faults: ['test/faults/run.ts'],
  fuzz: ['test/money/run.ts'],
};
if (!command || !Object.hasOwn(tools, command))
  fail(`unknown command; one of: ${Object.keys(tools).join(', ')}`);

install();
const node = node24();
const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` };
if (command === 'start' || args.includes('browser')) buildPortal(node, env);
if (command === 'start' && args.includes('--example')) {
  const folder = path.resolve(process.env.UNCAGED_EXAMPLE ?? inRoot('data-example'));
  // The example lives in its own folder, whatever databases the real collective uses.
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'UNCAGED_BLOBS', 'UNCAGED_SECRETS']) delete env[name];
  must(node, [inRoot('test', 'stories', 'example.ts'), folder], { env });
  handOver(node, [...tools.start, ...args.filter((arg) => arg !== '--example'), '--data', folder], env);
} else {
  handOver(node, [...tools[command], ...args], env);
}
