import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const OUTPUT = join(ROOT, '.wuma', 'web');

interface Page {
  readonly name: string;
  readonly source: string;
  /** Where its service serves it. */
  readonly base: string;
}

const PAGES: readonly Page[] = [
  { name: 'kiosk', source: 'firmware-bridge/web', base: '/kiosk/' },
  { name: 'console', source: 'edge-hub/web', base: '/console/' },
  { name: 'city', source: 'central/web', base: '/' },
  { name: 'pay', source: 'central/web/pay', base: '/pay/' },
  { name: 'insight', source: 'central/web/insight', base: '/insight/' },
  { name: 'bureau', source: 'central/web/bureau', base: '/bureau/' },
  { name: 'programmes', source: 'central/web/programmes', base: '/programmes/' },
  { name: 'standing', source: 'central/web/standing', base: '/standing/' },
  { name: 'merchant', source: 'central/web/merchant', base: '/merchant/' },
  { name: 'administration', source: 'central/web/administration', base: '/administration/' },
];

/** What every page is made of besides its own folder. */
const COMMON_SOURCES = [
  'shared/web',
  'shared/contracts',
  'shared/domain',
  'central/web/session',
  'central/web/desk',
  'central/web/charts',
  'central/web/desk',
  'deploy/web',
  'package-lock.json',
];

/** Milliseconds since the epoch of the newest change below a file or folder. */
function newestChangeMs(path: string): number {
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  const below = readdirSync(path).map((name) => newestChangeMs(join(path, name)));
  return Math.max(own.mtimeMs, ...below);
}

function isFresh(page: Page): boolean {
  const built = join(OUTPUT, page.name, 'index.html');
  if (!existsSync(built)) return false;
  const sources = [page.source, ...COMMON_SOURCES].map((path) => join(ROOT, path));
  return statSync(built).mtimeMs > Math.max(...sources.map(newestChangeMs));
}

async function buildPage(page: Page): Promise<void> {
  await build({
    configFile: false,
    root: join(ROOT, page.source),
    base: page.base,
    logLevel: 'warn',
    plugins: [react()],
    build: {
      outDir: join(OUTPUT, page.name),
      emptyOutDir: true,
      // Every chunk stays a file of its own: the services' content security policy allows no data: scripts.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // Otherwise a chunk shared with a lazy one runs before the entry, and zod is set up too late.
      rolldownOptions: { output: { strictExecutionOrder: true } },
    },
  });
}

/**
 * Builds the pages into `.wuma/web/{kiosk,console,city,insight,bureau,programmes,standing,merchant,administration,pay}/`. A page whose sources are older than
 * its output is left as it is, unless `--force`. Names of pages restrict it to those.
 */
async function main(argv: readonly string[]): Promise<void> {
  const names = argv.filter((arg) => !arg.startsWith('--'));
  const asked = PAGES.filter((page) => names.length === 0 || names.includes(page.name));
  const stale = asked.filter((page) => argv.includes('--force') || !isFresh(page));
  for (const page of stale) await buildPage(page);
  const built = stale.map((page) => page.name).join(', ');
  process.stdout.write(built ? `pages built: ${built}\n` : 'pages: nothing to do\n');
}

await main(process.argv.slice(2));
