/** Runs every gradient case on webgpu and prints the reports as JSON; started with a driver in its environment. */
import { GRADIENT_CASES } from './gradient-cases.ts';
import { type GradientReport, gradientReport } from './gradient-check.ts';

const reports: Record<string, GradientReport & { strict: boolean }> = {};
for (const item of GRADIENT_CASES) {
  const report = (strict: boolean) =>
    gradientReport(item, { dtype: 'float32', provider: 'webgpu', strict, along: 'slant' }).then((found) => ({
      ...found,
      strict,
    }));
  reports[item.name] = await report(true).catch(() => report(false));
}
process.stdout.write(JSON.stringify({ reports }));
