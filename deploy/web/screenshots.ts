import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, type BrowserContext, chromium, errors, type Page } from 'playwright-core';
import { required, UsageError } from '../../shared/kernel/command-line.ts';
import { type CommandIo } from '../cli/command.ts';
import { searchPath } from '../stack/env.ts';
import { chromiumSetting } from './env.ts';
import { CHROMIUM_ARGS, findChromium } from './find-chromium.ts';
import {
  addressOf,
  allShots,
  fileName,
  PAGE_NAMES,
  type PageName,
  type Shot,
  serviceOf,
} from './shots.ts';

const LOAD_LIMIT_MS = 15_000;
/** For what comes after the first rows: live streams opening, fonts. */
const SETTLE_MS = 400;
/** What pages ask for, but for who has signed in. */
const ANSWERS = /\/api\/(?!me$)/;
const SIGNED_OUT: readonly Shot['page'][] = ['kiosk', 'pay', 'sign-in'];

interface Settings {
  readonly out: string;
  readonly hub: URL;
  readonly central: URL;
  /** The hub's operator's. */
  readonly token: string | undefined;
  readonly centralToken: string | undefined;
  readonly merchantId: string | undefined;
  /** Those that are taken. */
  readonly pages: readonly PageName[];
  /** Not only what fits the screen. */
  readonly isWhole: boolean;
  readonly json: boolean;
}

/**
 * Takes pictures of every page of a running street.
 *
 * @returns 0, or 1 where a page cannot be opened or there is no browser
 * @throws UsageError for arguments that make no sense
 */
export async function runScreenshots(args: readonly string[], io: CommandIo): Promise<number> {
  const settings = readSettings(args);
  const executablePath = findChromium({ CHROMIUM: chromiumSetting(), PATH: searchPath() });
  if (executablePath === undefined) {
    io.progress('there is no Chromium: install one, or say where it is in CHROMIUM');
    return 1;
  }
  mkdirSync(settings.out, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
  try {
    const shots = allShots(settings).filter(({ page }) => settings.pages.includes(page));
    const taken: (Shot & { file: string })[] = [];
    for (const shot of shots) {
      const file = join(settings.out, fileName(shot));
      const problem = await take(browser, settings, { shot, file });
      if (problem !== undefined) {
        io.progress(problem);
        return 1;
      }
      taken.push({ file, ...shot });
      io.progress(`${taken.length}/${shots.length} ${file}`);
    }
    io.out(settings.json ? JSON.stringify(taken) : taken.map(({ file }) => file).join('\n'));
    return 0;
  } finally {
    await browser.close();
  }
}

function readSettings(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      out: { type: 'string' },
      hub: { type: 'string' },
      central: { type: 'string' },
      'token-file': { type: 'string' },
      'central-token-file': { type: 'string' },
      merchant: { type: 'string' },
      page: { type: 'string', multiple: true },
      whole: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    out: resolve(required(values.out, 'out')),
    hub: urlOf(required(values.hub, 'hub'), 'hub'),
    central: urlOf(required(values.central, 'central'), 'central'),
    token: tokenIn(values['token-file']),
    centralToken: tokenIn(values['central-token-file']),
    merchantId: values.merchant,
    pages: values.page?.map(pageOf) ?? PAGE_NAMES,
    isWhole: values.whole,
    json: values.json,
  };
}

function pageOf(name: string): PageName {
  const page = PAGE_NAMES.find((each) => each === name);
  if (!page) throw new UsageError(`--page is one of ${PAGE_NAMES.join(', ')}`);
  return page;
}

function tokenIn(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, 'utf8').trim();
}

function urlOf(text: string, option: string): URL {
  const url = URL.parse(text);
  if (!url?.protocol.startsWith('http')) throw new UsageError(`--${option} is not an http address`);
  return url;
}

/** @returns why there is no picture, in one line; undefined when there is one */
async function take(
  browser: Browser,
  settings: Settings,
  { shot, file }: { readonly shot: Shot; readonly file: string },
): Promise<string | undefined> {
  const context = await browser.newContext({
    viewport: { width: shot.width, height: shot.height },
    colorScheme: shot.scheme,
    locale: shot.language,
    reducedMotion: 'reduce',
  });
  const address = addressOf(shot, settings);
  try {
    const refused = SIGNED_OUT.includes(shot.page)
      ? undefined
      : await signIn(context, settings, serviceOf(shot));
    if (refused !== undefined) return refused;
    const page = await context.newPage();
    if (shot.state === 'loading') await page.route(ANSWERS, () => undefined);
    if (shot.state === 'failed') await page.route(ANSWERS, (route) => route.abort());
    const answer = await page.goto(address.href, { timeout: LOAD_LIMIT_MS });
    if (!answer?.ok()) return `${address.href} answered ${answer?.status() ?? 'nothing'}`;
    await settle(page, shot);
    await page.screenshot({ path: file, fullPage: settings.isWhole });
    return undefined;
  } catch (error) {
    return `${address.href}: ${firstLine(error)}`;
  } finally {
    await context.close();
  }
}

/** By the way an operator's link goes, so that the page has the session and never the token. */
async function signIn(
  context: BrowserContext,
  settings: Settings,
  service: 'hub' | 'central',
): Promise<string | undefined> {
  const isCentral = service === 'central';
  const token = isCentral ? settings.centralToken : settings.token;
  if (token === undefined) return undefined;
  const address = isCentral
    ? new URL('/api/sign-in/operator', settings.central)
    : new URL('/console/login', settings.hub);
  address.searchParams.set('token', token);
  const answer = await context.request.get(address.href, { maxRedirects: 0 });
  return answer.status() === 303 ? undefined : `${address.origin} does not take the token`;
}

/** Until the page stands: something in it, and nothing loading, unless that is what is to be seen. */
async function settle(page: Page, { state }: Shot): Promise<void> {
  await page.waitForSelector('main *', { timeout: LOAD_LIMIT_MS });
  const skeleton = page.locator('.skeleton').first();
  await skeleton.waitFor({
    state: state === 'loading' ? 'attached' : 'detached',
    timeout: LOAD_LIMIT_MS,
  });
  await page.waitForTimeout(SETTLE_MS);
}

/** What went wrong, without the address: a sign-in's has the token in it. */
function firstLine(error: unknown): string {
  if (error instanceof errors.TimeoutError) return 'did not come to rest in time';
  const text = error instanceof Error ? error.message : '';
  return /net::(\w+)|(ECONN\w+)/.exec(text)?.[0] ?? 'could not be opened';
}
