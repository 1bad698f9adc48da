import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { shoot } from './browser.ts';

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const sizes = [
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
];

/** Looks at a page on a phone and a desk, by day and by night; says what is wrong. Leaves it on the desk, by day. */
export async function inspect(page: Page, name: string): Promise<string[]> {
  const wrong: string[] = [];
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const axe = new AxeBuilder({ page });
      // Only colours differ at night.
      const { violations } = await (colorScheme === 'light'
        ? axe.withTags(standards)
        : axe.withRules(['color-contrast'])
      ).analyze();
      for (const { id, nodes } of violations)
        wrong.push(
          `${size.width} ${colorScheme}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
        );
      await shoot(page, `${name}-${size.width}-${colorScheme}`);
    }
    const wide = await tooWide(page);
    if (wide.length > 0) wrong.push(`${size.width}: wider than the screen: ${wide.join(', ')}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  return wrong;
}

/** What sticks out at the right, when the page can be pushed sideways. */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .map((element) => `${element.tagName.toLowerCase()}.${element.className}`)
      .slice(0, 5);
  });
}
