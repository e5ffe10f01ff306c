import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CastMember, SHOPPERS, STRANGERS } from '../../deploy/demo/cast.ts';
import { CHROMIUM_ARGS, findChromium } from '../../deploy/web/find-chromium.ts';
import { present } from '../../shared/kernel/assert.ts';
import { openStreet, type Street } from '../support/street.ts';

const executablePath = findChromium(process.env);
if (executablePath === undefined) process.stderr.write('kiosk: skipped, no Chromium here\n');

const shopper = present(SHOPPERS[2], 'a shopper');
const stranger = present(STRANGERS[0], 'a stranger');
/** Enough that the player of the fake camera does not start over within one look. */
const FRAMES = 5;

describe.skipIf(executablePath === undefined)(
  'the pages in a real browser with a fake camera',
  () => {
    let street: Street;
    let browser: Browser | undefined;

    beforeAll(async () => {
      street = await openStreet();
    });

    afterEach(async () => {
      await browser?.close();
      browser = undefined;
    });

    afterAll(async () => {
      await street?.close();
    });

    /** A browser before whose camera this person stands. */
    async function browserBefore(who: CastMember): Promise<BrowserContext> {
      const camera = await street.studio.camera(who.pictures[0], { seed: 'kiosk', depth: false });
      const film = join(street.stack.dir, `${who.name.replaceAll(' ', '-')}.mjpeg`);
      const frames = await camera.takeBurst(FRAMES);
      writeFileSync(film, Buffer.concat(frames.map((frame) => frame.colour)));
      browser = await chromium.launch({
        executablePath: present(executablePath, 'Chromium'),
        args: [...CHROMIUM_ARGS, `--use-file-for-fake-video-capture=${film}`],
      });
      return browser.newContext({
        permissions: ['camera'],
        viewport: { width: 800, height: 1280 },
      });
    }

    async function signIn(context: BrowserContext): Promise<Page> {
      const page = await context.newPage();
      const { url, adminToken } = street.hub;
      await page.goto(`${url}/console/?lang=en`);
      await page.getByLabel('Operator token').fill(adminToken);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Decisions as they fall' }).waitFor();
      return page;
    }

    /** Makes a code on the console and opens the kiosk with it. */
    async function pairKiosk(console: Page, terminalId: string): Promise<Page> {
      await console.getByRole('link', { name: 'Terminals' }).click();
      await console.getByLabel('Shop’s name').fill('Tea House');
      await console.getByLabel('Terminal id').fill(terminalId);
      await console.getByLabel('Merchant id').fill('merchant-tea');
      await console.getByRole('button', { name: 'Make a pairing code' }).click();
      const link = console.getByRole('link', { name: 'Open the kiosk with this code' });
      const kiosk = await console.context().newPage();
      await kiosk.goto(
        `${street.hub.url}${present(await link.getAttribute('href'), 'a link')}&lang=en`,
      );
      await kiosk.getByText('Connected').waitFor();
      return kiosk;
    }

    /** By keyboard alone: wakes the kiosk, types the amount, asks for the payment, presses "Use my face". */
    async function look(kiosk: Page, digits: string): Promise<string> {
      const wake = kiosk.getByRole('button', { name: 'Enter amount' });
      if (await wake.isVisible()) await wake.press('Enter');
      await kiosk.getByRole('heading', { name: 'Amount due' }).waitFor();
      await kiosk.keyboard.type(digits);
      await kiosk.keyboard.press('Enter');
      await kiosk.getByRole('button', { name: 'Use my face' }).press('Enter');
      const result = kiosk.locator('section.result');
      await result.waitFor({ timeout: 30_000 });
      return (await result.innerText()).trim();
    }

    async function seriousFaults(page: Page): Promise<string[]> {
      const { violations } = await new AxeBuilder({ page }).analyze();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id }) => id);
    }

    it('refuse the console to whoever does not have the token', async () => {
      const context = await browserBefore(stranger);
      const page = await context.newPage();
      await page.goto(`${street.hub.url}/console/login?token=wrong`);
      await page.goto(`${street.hub.url}/console/?lang=en`);
      await page.getByRole('heading', { name: 'Sign in as the operator' }).waitFor();
      expect(await page.getByRole('heading', { name: 'Decisions as they fall' }).count()).toBe(0);
    });

    it('enrol a person with their consent, and take their payment', async () => {
      const context = await browserBefore(shopper);
      const console = await signIn(context);
      await console.getByRole('link', { name: 'Enrol' }).click();
      const start = console.getByRole('button', { name: 'Take pictures and enrol' });
      expect(await start.isDisabled(), 'no consent is assumed').toBe(true);
      expect(await console.locator('video').count(), 'no camera before it').toBe(0);
      await console.getByLabel('I have read this and agree').check();
      await console.getByText('Please look at the camera').waitFor();
      expect(await seriousFaults(console)).toEqual([]);
      await start.click();
      await console.getByRole('heading', { name: 'You are enrolled' }).waitFor({ timeout: 30_000 });

      const kiosk = await pairKiosk(console, 'kiosk-1');
      expect(await seriousFaults(kiosk)).toEqual([]);
      const said = await look(kiosk, '1250');
      expect(said).toContain('Paid');
      expect(said).toContain('¥12.50');
      expect(await street.paymentCount()).toBe(1);

      await kiosk.goto(`${street.hub.url}/kiosk/?lang=zh-CN`);
      await kiosk.getByText('已连接').waitFor();
      await console.getByRole('link', { name: 'Decisions' }).click();
      await console.getByRole('cell', { name: '¥12.50' }).waitFor();
    });

    it('tell a stranger that there is another way, and charge nobody', async () => {
      const context = await browserBefore(stranger);
      const kiosk = await pairKiosk(await signIn(context), 'kiosk-2');
      const before = await street.paymentCount();
      const said = await look(kiosk, '990');
      expect(said).toContain('Not paid');
      expect(said).toMatch(/another way/);
      expect(await street.paymentCount()).toBe(before);
    });

    it('come back after the hub was away, and do not charge twice', async () => {
      const context = await browserBefore(shopper);
      const kiosk = await pairKiosk(await signIn(context), 'kiosk-3');
      const before = await street.paymentCount();
      await street.hub.restart();
      await kiosk.getByText('Connected').waitFor({ timeout: 30_000 });
      expect(await look(kiosk, '500')).toContain('Paid');
      expect(await street.paymentCount()).toBe(before + 1);
    });
  },
);
