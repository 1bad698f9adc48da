/**
 * Execution providers, found by trying. A provider that is missing throws, one with a broken driver can end
 * the process, and one that only pretends (a software Vulkan driver) is slower than the CPU by a hundred
 * times; so the probe runs in a process of its own and measures.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';

export type ProviderName = 'cuda' | 'webgpu' | 'dml' | 'coreml' | 'cpu';
export const PROVIDERS: readonly ProviderName[] = ['cuda', 'webgpu', 'dml', 'coreml', 'cpu'];

/** What the probe found: milliseconds for its product of matrices, or why not. */
export type ProbeReport = Partial<Record<ProviderName, { milliseconds: number } | { error: string }>>;

/** Providers to try before `cpu`, in order. */
export function candidates(platform: string, bundled: readonly string[]): ProviderName[] {
  const first: ProviderName[] = platform === 'win32' ? ['dml'] : platform === 'darwin' ? ['coreml'] : [];
  return [...first, 'cuda' as const, 'webgpu' as const].filter((name) => bundled.includes(name));
}

/** Below this the probe's 256 × 256 products are no accelerator's work (a software driver takes seconds). */
export const SLOWEST_MS = 60;

export const isProvider = (name: unknown): name is ProviderName => PROVIDERS.includes(name as ProviderName);

export class ProviderUnavailable extends Error {}

/**
 * The provider to use. Forced by `provider` or by `UNCAGED_PROVIDER`, else the first candidate that works
 * and is fast, else `cpu`. Throws {@link ProviderUnavailable} for a forced name that does not exist.
 */
export async function chooseProvider(options: {
  readonly provider?: ProviderName;
  readonly onLog?: (line: string) => void;
}): Promise<ProviderName> {
  const forced = options.provider ?? (process.env.UNCAGED_PROVIDER || undefined);
  if (forced !== undefined) {
    if (!isProvider(forced)) throw new ProviderUnavailable(`there is no provider ${forced}`);
    const built = ort.listSupportedBackends().map(({ name }) => name);
    if (!built.includes(forced))
      throw new ProviderUnavailable(`this runtime has no ${forced}, only ${built.join(', ')}`);
    options.onLog?.(`provider ${forced} (asked for)`);
    return forced;
  }
  const bundled = ort.listSupportedBackends().map(({ name }) => name);
  const wanted = candidates(process.platform, bundled);
  const report = await probe(wanted);
  const { provider, reasons } = decide(wanted, report);
  options.onLog?.(`provider ${provider}${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`);
  return provider;
}

/** The first candidate fast enough, and why those before it were passed over. */
export function decide(
  wanted: readonly ProviderName[],
  report: ProbeReport,
): { provider: ProviderName; reasons: string[] } {
  const reasons: string[] = [];
  for (const name of wanted) {
    const found = report[name] ?? { error: 'the probe did not answer' };
    if ('error' in found) reasons.push(`${name}: ${found.error}`);
    else if (found.milliseconds > SLOWEST_MS)
      reasons.push(`${name}: only a software driver, ${Math.round(found.milliseconds)} ms`);
    else return { provider: name, reasons };
  }
  return { provider: 'cpu', reasons };
}

/** Runs the probe process; what it has not answered after `limit` milliseconds counts as absent. */
export function probe(wanted: readonly ProviderName[], limit = 6000): Promise<ProbeReport> {
  const report: ProbeReport = {};
  if (wanted.length === 0) return Promise.resolve(report);
  return new Promise((resolve) => {
    const path = fileURLToPath(new URL('../process/probe.ts', import.meta.url));
    const child = fork(path, [...wanted], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
    const timer = setTimeout(() => child.kill('SIGKILL'), limit);
    child.on('message', (part) => Object.assign(report, part));
    child.on('error', () => resolve(report));
    child.on('exit', () => {
      clearTimeout(timer);
      resolve(report);
    });
  });
}

export function sessionOptions(
  provider: ProviderName,
  threads?: number,
): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // On a shared machine a thread that waits should sleep, and work come in small pieces.
    extra: {
      session: { intra_op: { allow_spinning: '0' }, dynamic_block_base: '4' },
      // Its fused addition and normalisation takes five times as long as the two kernels it stands for.
      optimization: { disable_specified_optimizers: 'SkipLayerNormFusion' },
    },
    ...(threads ? { intraOpNumThreads: threads } : {}),
  };
}
