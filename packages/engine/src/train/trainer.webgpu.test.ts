/** The same training and sampling graphs on the webgpu provider, by the software Vulkan driver of Debian's chromium. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';

const FOLDER = '/usr/lib/chromium';
const DRIVER = `${FOLDER}/vk_swiftshader_icd.json`;

async function run(provider: 'cpu' | 'webgpu'): Promise<{ losses: number[]; pixels: number[] }> {
  const child = fileURLToPath(new URL('./webgpu.child.ts', import.meta.url));
  const env = { ...process.env, VK_ICD_FILENAMES: DRIVER, VK_DRIVER_FILES: DRIVER, LD_LIBRARY_PATH: FOLDER };
  const { stdout } = await promisify(execFile)(process.execPath, [child, provider], { env, maxBuffer: 1e8 });
  return JSON.parse(stdout.slice(stdout.indexOf('{"losses"')));
}

beforeAll(() => {
  if (!existsSync(DRIVER))
    throw new Error(`${DRIVER} is missing: apt-get install chromium brings the software Vulkan driver`);
});

test('training falls and sampling draws on webgpu as on the CPU', { timeout: 240_000 }, async () => {
  const [gpu, cpu] = [await run('webgpu'), await run('cpu')];
  for (const [i, loss] of cpu.losses.entries()) expect(gpu.losses[i]).toBeCloseTo(loss, 2);
  expect(gpu.losses.at(-1)).toBeLessThan(gpu.losses[0] as number);
  const apart = gpu.pixels.map((level, i) => Math.abs(level - (cpu.pixels[i] as number)));
  expect(Math.max(...apart)).toBeLessThanOrEqual(3);
});
