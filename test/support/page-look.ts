import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };

/** Until everything that a page loads has come, or is said not to. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main').locator('section, article, form, p').first().waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
}

/**
 * Looks at a page that stands, in English: at two widths in both languages, and once with axe, where it is narrowest.
 *
 * @returns what is wrong with it, in one line each
 */
export async function faultsOf(page: Page): Promise<string[]> {
  const faults: string[] = [];
  const measure = async (): Promise<void> => {
    const tooWide = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    if (tooWide > 0) faults.push(`wider by ${tooWide} than the screen`);
    // a key of the messages that has none is shown as it is
    const keys = (await page.locator('body').innerText()).match(/\b[a-z]+(?:\.[a-zA-Z_]+){1,4}\b/g);
    for (const key of keys ?? []) if (!KNOWN_DOTS.test(key)) faults.push(`untold: ${key}`);
  };
  await page.setViewportSize(DESKTOP);
  await measure();
  await page.setViewportSize(PHONE);
  await measure();
  const { violations } = await new AxeBuilder({ page }).analyze();
  for (const { id, nodes } of violations) faults.push(`axe ${id}: ${nodes[0]?.html ?? ''}`);
  await page.getByRole('button', { name: '切换为中文' }).click();
  await page.getByRole('button', { name: 'Switch to English' }).waitFor();
  await measure();
  await page.setViewportSize(DESKTOP);
  await measure();
  await page.getByRole('button', { name: 'Switch to English' }).click();
  return faults;
}

/** Files, which pages name in sentences. */
const KNOWN_DOTS = /\.(?:geojson|md)$/;
