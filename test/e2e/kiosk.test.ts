import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Page,
  type WebSocketRoute,
} from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CastMember, SHOPPERS, STRANGERS } from '../../deploy/demo/cast.ts';
import { newId, operatorOf } from '../../deploy/demo/counter.ts';
import { CHROMIUM_ARGS, findChromium } from '../../deploy/web/find-chromium.ts';
import {
  hubPaymentListSchema,
  ledgerSummarySchema,
  pairingCodeSchema,
} from '../../shared/contracts/http-hub.ts';
import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import { present } from '../../shared/kernel/assert.ts';
import { eventually } from '../support/eventually.ts';
import { openStreet, type Street } from '../support/street.ts';

const executablePath = findChromium(process.env);
if (executablePath === undefined) process.stderr.write('kiosk: skipped, no Chromium here\n');

const shopper = present(SHOPPERS[2], 'a shopper');
const twin = present(SHOPPERS[3], 'another shopper');
const payer = present(SHOPPERS[4], 'a third shopper');
const stranger = present(STRANGERS[0], 'a stranger');
/** The fake camera plays 30 a second, over and over: enough that no frame comes twice within one burst. */
const BURSTS = 5;
const FRAMES = 5;
const TABS_AT_MOST = 20;
const WAKE = /Enter amount|输入金额/;
const LAST_DIGITS = 'Last 4 digits of your phone number';
const USE_FACE = /Use my face|刷脸付款/;

describe.skipIf(executablePath === undefined)(
  'the pages in a real browser with a fake camera',
  () => {
    let street: Street;
    let browser: Browser;
    /** What the kiosk's browser complained of: errors, breaches of the content security policy. */
    let complaints: string[] = [];
    /** What the fake camera plays; read whenever the camera is opened. */
    let film: string;

    beforeAll(async () => {
      // the fake camera plays a film, which no light reaches
      // and no payment is picked at random to be asked of a central that is cut off
      const hubSettings = { HUB_LIGHT_CHALLENGE: 'off', HUB_ONLINE_SHARE: '1e-6' };
      street = await openStreet({ hubSettings });
      film = join(street.stack.dir, 'film.mjpeg');
      browser = await chromium.launch({
        executablePath: present(executablePath, 'Chromium'),
        args: [...CHROMIUM_ARGS, `--use-file-for-fake-video-capture=${film}`],
      });
    });

    afterEach(async () => {
      for (const context of browser.contexts()) await context.close();
      const heard = complaints;
      complaints = [];
      expect(heard).toEqual([]);
    });

    afterAll(async () => {
      await browser?.close();
      await street?.close();
    });

    /** A browser window of its own, with nothing kept from before, and this person before its camera. */
    async function browserBefore(who: CastMember): Promise<BrowserContext> {
      writeFileSync(film, await filmOf(who));
      return browser.newContext({
        permissions: ['camera'],
        viewport: { width: 800, height: 1280 },
      });
    }

    const films = new Map<CastMember, Buffer>();
    async function filmOf(who: CastMember): Promise<Buffer> {
      const made = films.get(who);
      if (made) return made;
      const camera = await street.studio.camera(who.pictures[0], { seed: 'kiosk', depth: false });
      const frames: ProbeFrame[] = [];
      for (let i = 0; i < BURSTS; i += 1) frames.push(...(await camera.takeBurst(FRAMES)));
      const played = Buffer.concat(frames.map((frame) => frame.colour));
      films.set(who, played);
      return played;
    }

    /** Holds what the phone shows before the camera. */
    async function holdUp(phone: Page): Promise<void> {
      const shown = await phone.getByRole('img', { name: 'One-time payment code' }).screenshot();
      const onHand = { width: 640, height: 480, channels: 3, background: '#8a7f70' } as const;
      const picture = await sharp(shown).resize(300, 300).rotate(4, onHand).toBuffer();
      const frame = await sharp({ create: onHand })
        .composite([{ input: picture, left: 170, top: 80 }])
        .jpeg({ quality: 80 })
        .toBuffer();
      writeFileSync(film, Buffer.concat(Array.from({ length: BURSTS }, () => frame)));
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

    /** Makes a code on the console. @returns the kiosk's address with the code */
    async function addressFromConsole(console: Page, terminalId: string): Promise<URL> {
      await console.getByRole('link', { name: 'Terminals' }).click();
      await console.getByLabel('Shop’s name').fill('Tea House');
      await console.getByLabel('Terminal id').fill(terminalId);
      await console.getByLabel('Merchant id').fill('merchant-tea');
      await console.getByRole('button', { name: 'Make a pairing code' }).click();
      const link = console.getByRole('link', { name: 'Open the kiosk with this code' });
      const href = present(await link.getAttribute('href'), 'a link');
      return new URL(href, street.hub.url);
    }

    /** The same without a console. */
    async function kioskAddress(terminalId: string): Promise<URL> {
      const shop = {
        shopId: `shop-${terminalId}`,
        shopName: 'Tea House',
        merchantId: 'merchant-tea',
      };
      const { code } = await operatorOf(street.hub).postFor(
        '/api/pairing-codes',
        { terminalId, ...shop },
        pairingCodeSchema,
      );
      return new URL(`/kiosk/?code=${code}`, street.hub.url);
    }

    async function openKiosk(context: BrowserContext, address: URL): Promise<Page> {
      const kiosk = await context.newPage();
      kiosk.on('pageerror', ({ message }) => complaints.push(message));
      kiosk.on('console', (line) => {
        if (line.type() === 'error') complaints.push(line.text());
      });
      await kiosk.goto(address.href);
      return kiosk;
    }

    async function pairKiosk(context: BrowserContext, address: URL): Promise<Page> {
      address.searchParams.set('lang', 'en');
      const kiosk = await openKiosk(context, address);
      await kiosk.getByText('Connected').waitFor();
      return kiosk;
    }

    /** Tab by Tab to the button of this name, as somebody without a pointer gets there, and Enter. */
    async function press(kiosk: Page, name: RegExp): Promise<void> {
      const button = kiosk.getByRole('button', { name });
      await button.waitFor();
      for (let tabs = 0; tabs < TABS_AT_MOST; tabs += 1) {
        if ((await button.and(kiosk.locator(':focus')).count()) === 1) {
          await kiosk.keyboard.press('Enter');
          return;
        }
        await kiosk.keyboard.press('Tab');
      }
      throw new Error(`${name} cannot be reached by Tab`);
    }

    /** By keyboard alone: wakes the kiosk, types the amount, asks for the payment, starts the look. */
    async function startLook(kiosk: Page, digits: string): Promise<void> {
      await startWay(kiosk, digits, USE_FACE);
    }

    async function startWay(kiosk: Page, digits: string, way: RegExp): Promise<void> {
      await wakeUp(kiosk);
      await kiosk.keyboard.type(digits);
      await kiosk.keyboard.press('Enter');
      await press(kiosk, way);
    }

    async function wakeUp(kiosk: Page): Promise<void> {
      const wake = kiosk.getByRole('button', { name: WAKE });
      await wake.or(kiosk.locator('output.amount')).waitFor();
      if (await wake.isVisible()) await press(kiosk, WAKE);
      await kiosk.locator('output.amount').waitFor();
    }

    async function look(kiosk: Page, digits: string): Promise<string> {
      await startLook(kiosk, digits);
      return resultOf(kiosk);
    }

    async function resultOf(kiosk: Page): Promise<string> {
      const result = kiosk.locator('section.result');
      await result.waitFor({ timeout: 30_000 });
      return (await result.innerText()).trim();
    }

    async function seriousFaults(page: Page): Promise<string[]> {
      // our pages have no frames, for whose sake it would open a second page each time
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id }) => id);
    }

    it('refuse the console to whoever does not have the token', async () => {
      const page = await browser.newPage();
      await page.goto(`${street.hub.url}/console/login?token=wrong`);
      await page.goto(`${street.hub.url}/console/?lang=en`);
      await page.getByRole('heading', { name: 'Sign in as the operator' }).waitFor();
      expect(await page.getByRole('heading', { name: 'Decisions as they fall' }).count()).toBe(0);
    });

    it('enrol a person with their consent, take their payment, and give a part of it back', async () => {
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

      const kiosk = await pairKiosk(context, await addressFromConsole(console, 'kiosk-1'));
      expect(await seriousFaults(kiosk)).toEqual([]);
      const said = await look(kiosk, '1250');
      expect(said).toContain('Paid');
      expect(said).toContain('¥12.50');
      expect(await street.paymentCount()).toBe(1);

      await wakeUp(kiosk);
      await press(kiosk, /Last payments/);
      await press(kiosk, /Give back ¥12\.50/);
      await kiosk.getByText('Of ¥12.50').waitFor();
      await kiosk.keyboard.type('300');
      await kiosk.keyboard.press('Enter');
      const given = await resultOf(kiosk);
      expect(given).toContain('Given back');
      expect(given).toContain('¥3.00');
      const hub = operatorOf(street.hub);
      const { payments } = await hub.get('/api/payments?limit=1', hubPaymentListSchema);
      expect(payments).toMatchObject([{ state: 'partly_refunded', refundedMinor: '300' }]);
      const ledger = await hub.get('/api/ledger/summary', ledgerSummarySchema);
      expect(ledger).toMatchObject({ refunds: 1, refundedMinor: '300', rows: 2 });
      await wakeUp(kiosk);
      await press(kiosk, /Last payments/);
      await kiosk.getByText('Paid, ¥3.00 given back').waitFor();
      expect(await seriousFaults(kiosk)).toEqual([]);

      await kiosk.goto(`${street.hub.url}/kiosk/?lang=zh-CN`);
      await kiosk.getByText('已连接').waitFor();
      await console.getByRole('link', { name: 'Decisions' }).click();
      await console.getByRole('cell', { name: '¥12.50' }).waitFor();
    });

    it('tell a stranger that there is another way, and charge nobody', async () => {
      const context = await browserBefore(stranger);
      const kiosk = await pairKiosk(context, await kioskAddress('kiosk-2'));
      const before = await street.paymentCount();
      const said = await look(kiosk, '990');
      expect(said).toContain('Not paid');
      expect(said).toMatch(/another way/);
      expect(await street.paymentCount()).toBe(before);
    });

    it('come back after the hub was away, and do not charge twice', async () => {
      const context = await browserBefore(shopper);
      const kiosk = await pairKiosk(context, await kioskAddress('kiosk-3'));
      const before = await street.paymentCount();
      await street.hub.restart();
      await kiosk.getByText('Connected').waitFor({ timeout: 30_000 });
      expect(await look(kiosk, '500')).toContain('Paid');
      expect(await street.paymentCount()).toBe(before + 1);
      // the connection that broke is said by the browser, rightly
      complaints = complaints.filter((line) => !line.includes('WebSocket connection'));
    });

    it('say nothing about a payment whose answer was lost until the hub says it was paid', async () => {
      const context = await browserBefore(shopper);
      const address = await kioskAddress('kiosk-4');
      address.searchParams.set('lang', 'zh-CN');
      const before = await street.paymentCount();
      const line = await cuttableLine(context);
      const kiosk = await openKiosk(context, address);
      await kiosk.getByText('已连接').waitFor();

      line.cutAfterProbe();
      await startLook(kiosk, '730');
      await kiosk.getByRole('heading', { name: '正在确认结果' }).waitFor({ timeout: 30_000 });
      expect(await kiosk.getByRole('button', { name: USE_FACE }).count(), 'no second try').toBe(0);
      await eventually(async () => (await street.paymentCount()) > before || undefined);
      // power cut: what the kiosk knows of it is what it kept
      await kiosk.reload();
      await kiosk.getByRole('heading', { name: '正在确认结果' }).waitFor({ timeout: 30_000 });

      line.mend();
      const said = await resultOf(kiosk);
      expect(said).toContain('已付款');
      expect(said).toContain('¥7.30');
      expect(await street.paymentCount()).toBe(before + 1);
    });

    it('ask two with one face for digits and PIN, and charge the right one', async () => {
      const { elder, younger } = await enrolTwins();
      const kiosk = await pairKiosk(await browserBefore(twin), await kioskAddress('kiosk-6'));
      const before = await street.paymentCount();
      await startLook(kiosk, '640');
      await kiosk.getByRole('heading', { name: LAST_DIGITS }).waitFor({ timeout: 30_000 });
      expect(await seriousFaults(kiosk)).toEqual([]);
      await kiosk.keyboard.type('0000');
      await kiosk.getByText('That did not match').waitFor();
      await kiosk.setViewportSize({ width: 390, height: 844 });
      const otherWay = await kiosk.getByRole('button', { name: /Pay another way/ }).boundingBox();
      expect((otherWay?.y ?? 9_999) + (otherWay?.height ?? 0)).toBeLessThanOrEqual(844);
      // by hand now: the keys of the pad
      for (const digit of younger.phoneLast4) {
        await kiosk.getByRole('button', { name: digit, exact: true }).click();
      }
      await kiosk.getByRole('heading', { name: 'Your 6-digit PIN' }).waitFor();
      await kiosk.keyboard.type(younger.pin.slice(0, 4));
      expect(await kiosk.locator('.slot').allTextContents()).toEqual(['•', '•', '•', '•', '', '']);
      expect(await kiosk.content()).not.toContain(younger.pin.slice(0, 4));
      expect(await seriousFaults(kiosk)).toEqual([]);
      expect(await street.paymentCount(), 'nothing before the answer').toBe(before);
      await kiosk.keyboard.type(younger.pin.slice(4));
      expect(await resultOf(kiosk)).toContain('¥6.40');
      const { payments } = await operatorOf(street.hub).get(
        '/api/payments?limit=1',
        hubPaymentListSchema,
      );
      expect(payments[0]?.shopperId).toBe(younger.shopperId);
      expect(payments[0]?.shopperId).not.toBe(elder.shopperId);

      await startLook(kiosk, '650');
      await kiosk.getByRole('heading', { name: LAST_DIGITS }).waitFor({ timeout: 30_000 });
      await press(kiosk, /Pay another way/);
      await kiosk.getByRole('button', { name: USE_FACE }).waitFor();
      expect(await street.paymentCount()).toBe(before + 1);
    });

    /** The same face twice, which only the operator's word makes two people. */
    async function enrolTwins() {
      const elder = { phoneLast4: '4711', pin: '493817' };
      const younger = { phoneLast4: '0815', pin: '284660' };
      const enrolled = async (about: typeof elder, isTwin: boolean) => ({
        ...about,
        shopperId: await street.enrol(twin.pictures[0], { ...about, twin: isTwin }),
      });
      return { elder: await enrolled(elder, false), younger: await enrolled(younger, true) };
    }

    it('take payments by face, by the code on a phone and by phone number, with the link up and down', async () => {
      const about = { phone: '13800004711', pin: '730519' };
      const { phoneLink } = await operatorOf(street.hub).enrol({
        enrolmentId: newId(),
        photos: [{ name: 'photo.jpg', bytes: await street.studio.portrait(payer.pictures[0]) }],
        consent: { textVersion: 'test', language: 'en', streets: [street.hub.streetId] },
        ...about,
      });
      const context = await browserBefore(payer);
      const face = await filmOf(payer);
      const kiosk = await pairKiosk(context, await kioskAddress('kiosk-8'));
      const phone = await pairPhone(new URL(present(phoneLink, 'a link')));
      const before = await street.paymentCount();

      const payThreeWays = async (amounts: readonly [string, string, string]): Promise<void> => {
        writeFileSync(film, face);
        expect(await look(kiosk, amounts[0])).toContain('Paid');
        await holdUp(phone);
        await startWay(kiosk, amounts[1], /QR code/);
        await kiosk.getByRole('heading', { name: 'Hold up your code' }).waitFor();
        expect(await resultOf(kiosk)).toContain('Paid');
        await startWay(kiosk, amounts[2], /Phone \+ PIN/);
        await kiosk.getByRole('heading', { name: 'Your phone number' }).waitFor();
        await kiosk.keyboard.type(`${about.phone}\n`);
        await kiosk.getByRole('heading', { name: 'Your 6-digit PIN' }).waitFor();
        await kiosk.keyboard.type(about.pin);
        expect(await resultOf(kiosk)).toContain('Paid');
      };
      await payThreeWays(['310', '320', '330']);
      street.hub.wan.cut();
      await phone.context().setOffline(true);
      // the page is kept on the phone, and makes its next code by itself
      await phone.reload();
      await payThreeWays(['410', '420', '430']);
      street.hub.wan.restore();

      expect(await street.paymentCount()).toBe(before + 6);
      const { payments } = await operatorOf(street.hub).get(
        '/api/payments?limit=6',
        hubPaymentListSchema,
      );
      expect(new Set(payments.map(({ shopperId }) => shopperId)).size, 'one shopper').toBe(1);
      expect(payments.map(({ amountMinor }) => amountMinor).toSorted()).toEqual([
        '310',
        '320',
        '330',
        '410',
        '420',
        '430',
      ]);
    });

    /** Another device of the same person: opens the link of the enrolment. */
    async function pairPhone(link: URL): Promise<Page> {
      const viewport = { width: 390, height: 844 };
      const phone = await (await browser.newContext({ viewport })).newPage();
      link.searchParams.set('lang', 'en');
      await phone.goto(link.href);
      expect(await seriousFaults(phone)).toEqual([]);
      await phone.getByRole('button', { name: 'Use this phone' }).click();
      await phone.getByRole('heading', { name: 'Your payment code' }).waitFor();
      expect(phone.url(), 'the secret is not in the history').not.toContain('#');
      expect(await seriousFaults(phone)).toEqual([]);
      return phone;
    }

    it('pair by a code that is typed in, and are readable on every screen', async () => {
      const context = await browserBefore(shopper);
      const address = await kioskAddress('kiosk-5');
      const code = present(address.searchParams.get('code'), 'the code');
      const kiosk = await openKiosk(context, new URL('/kiosk/?lang=zh-CN', street.hub.url));
      const faults = { pairing: await faultsWhen(kiosk, '配对这台收银屏') };
      await kiosk.keyboard.press('Tab');
      await kiosk.keyboard.type(code);
      await kiosk.keyboard.press('Enter');
      await kiosk.getByText('已连接').waitFor();
      const idle = await faultsWhen(kiosk, 'Tea House');
      await press(kiosk, WAKE);
      const amount = await faultsWhen(kiosk, '应收金额');
      await kiosk.keyboard.type('420');
      await kiosk.keyboard.press('Enter');
      const offer = await faultsWhen(kiosk, 'Tea House');
      const none: string[] = [];
      expect({ ...faults, idle, amount, offer }).toEqual({
        pairing: none,
        idle: none,
        amount: none,
        offer: none,
      });
    });

    it('light the face, and do not take a film for somebody', async () => {
      await street.hub.restart({ HUB_LIGHT_CHALLENGE: 'on' });
      const kiosk = await pairKiosk(await browserBefore(shopper), await kioskAddress('kiosk-7'));
      await kiosk.evaluate(WATCH_LIGHT);
      const before = await street.paymentCount();
      await startLook(kiosk, '1250');
      await kiosk.getByText('Screen light on your face').waitFor();
      const said = await resultOf(kiosk);
      expect(said).toContain('Not paid');
      // the face is known: it is the light that does not let it pay
      expect(said).toMatch(/attack_suspected|pin_needed/);
      expect(await street.paymentCount()).toBe(before);
      const shown: string[] = await kiosk.evaluate('window.shown');
      expect(shown).toHaveLength(5);
      expect(new Set(shown).size, 'five different colours').toBe(5);
      // another look, of which nothing is expected: axe holds the page up for longer than a light may last
      await kiosk.goto(kiosk.url());
      await startLook(kiosk, '1250');
      await kiosk.locator('.screen[data-lit="true"]').waitFor();
      expect(await seriousFaults(kiosk)).toEqual([]);
    });

    async function faultsWhen(page: Page, heading: string): Promise<string[]> {
      await page.getByRole('heading', { name: heading }).waitFor();
      return seriousFaults(page);
    }
  },
);

/** Runs in the page: keeps the colours of the screen's light. */
const WATCH_LIGHT = `
  window.shown = [];
  new MutationObserver(() => {
    const colour = document.querySelector('.light')?.style.backgroundColor ?? 'transparent';
    if (colour !== 'transparent' && colour !== window.shown.at(-1)) window.shown.push(colour);
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
`;

/** The kiosk's MQTT line, which breaks for good as soon as a probe has gone through, until it is mended. */
async function cuttableLine(
  context: BrowserContext,
): Promise<{ cutAfterProbe(): void; mend(): void }> {
  let waiting = false;
  let cut = false;
  await context.routeWebSocket('**/mqtt', (page) => {
    if (cut) {
      void page.close();
      return;
    }
    const hub = page.connectToServer();
    page.onMessage((message) => {
      hub.send(message);
      if (waiting && message.includes('payment.probe')) cut = true;
    });
    hub.onMessage((message) => passOrBreak({ page, hub, message, broken: cut }));
  });
  return {
    cutAfterProbe: () => {
      waiting = true;
    },
    mend: () => {
      waiting = false;
      cut = false;
    },
  };
}

/** A broken line gives its answer to nobody. */
function passOrBreak(line: {
  readonly page: WebSocketRoute;
  readonly hub: WebSocketRoute;
  readonly message: string | Buffer;
  readonly broken: boolean;
}): void {
  if (line.broken) void Promise.all([line.page.close(), line.hub.close()]);
  else line.page.send(line.message);
}
