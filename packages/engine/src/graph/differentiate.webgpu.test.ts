/** Every gradient on the webgpu provider, by the software Vulkan driver of Debian's chromium. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { GRADIENT_CASES } from './gradient-cases.ts';
import { apart, type GradientReport, gradientReport } from './gradient-check.ts';

const FOLDER = '/usr/lib/chromium';
const DRIVER = `${FOLDER}/vk_swiftshader_icd.json`;

let reports: Record<string, GradientReport & { strict: boolean }> = {};

beforeAll(async () => {
  if (!existsSync(DRIVER))
    throw new Error(`${DRIVER} is missing: apt-get install chromium brings the software Vulkan driver`);
  const child = fileURLToPath(new URL('./webgpu.child.ts', import.meta.url));
  const env = { ...process.env, VK_ICD_FILENAMES: DRIVER, VK_DRIVER_FILES: DRIVER, LD_LIBRARY_PATH: FOLDER };
  const { stdout } = await promisify(execFile)(process.execPath, [child], { env, maxBuffer: 1e8 });
  ({ reports } = JSON.parse(stdout.slice(stdout.indexOf('{"reports"'))));
});

test.each(GRADIENT_CASES)('gradient of $name on webgpu', async (item) => {
  const webgpu = reports[item.name] as GradientReport;
  const cpu = await gradientReport(item, { dtype: item.single ? 'float32' : 'float64', along: 'slant' });
  expect(apart(webgpu.gradient, cpu.gradient)).toBeLessThan(1e-4);
  expect(apart(webgpu.predicted, webgpu.measured)).toBeLessThan(3e-3);
});

test('nothing falls back to the CPU', () => {
  expect(GRADIENT_CASES.map(({ name }) => name).filter((name) => !reports[name]?.strict)).toEqual([]);
});
