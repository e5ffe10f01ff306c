import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recognitionReportSchema } from '../../../models/report/recognition-report.ts';
import { runReportRecognition } from './command.ts';

const ROOT = new URL('../../../.wuma', import.meta.url).pathname;
const MODELS = join(ROOT, 'models');
const SAMPLES = join(ROOT, 'samples', 'strangers');
const installed = existsSync(join(MODELS, 'open-1', 'manifest.json')) && existsSync(SAMPLES);
if (!installed) {
  process.stderr.write(
    'skipped: recognition report; there is no model pack or no sample in .wuma\n',
  );
}

/** Whom the sample faces show: these are several pictures of one person, every other is a person of their own. */
const SEVERAL = ['franck', 'audrey', 'cage'];
/** Of each of them, and of the others together. */
const PICTURES = 4;

let dir = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'report-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function run(...args: readonly string[]) {
  let out = '';
  let problems = '';
  const code = await runReportRecognition(args, {
    writeOut: (text) => {
      out += text;
    },
    writeError: (text) => {
      problems += text;
    },
  });
  return { code, out, problems };
}

/** A folder per person, few pictures of each. @returns every name in it */
async function sampleTree(tree: string): Promise<string[]> {
  const people = Map.groupBy(
    (await readdir(SAMPLES)).toSorted(),
    (file) => SEVERAL.find((name) => file.startsWith(name)) ?? 'single',
  );
  const chosen = [...people].flatMap(([person, files]) =>
    files.slice(0, PICTURES).map((file) => ({
      folder: `of-${person === 'single' ? file.split('.')[0] : person}`,
      file,
    })),
  );
  for (const { folder, file } of chosen) {
    await mkdir(join(tree, folder), { recursive: true });
    await copyFile(join(SAMPLES, file), join(tree, folder, file));
  }
  await writeFile(join(tree, 'of-audrey', 'broken.jpg'), 'no picture');
  return chosen.flatMap(({ folder, file }) => [folder, file]);
}

describe('report recognition', () => {
  it('refuses a command line that it cannot use', async () => {
    expect((await run('--out', dir)).code).toBe(2);
    const wrong = await run('--images', dir, '--out', join(dir, 'out'), '--fpir', '2');
    expect(wrong.code).toBe(2);
    expect(wrong.problems).toContain('--fpir is a number');
    const help = await run('--help');
    expect(help.code).toBe(0);
    expect(help.out).toContain('--depth-bona-fide DIR');
  });

  it.skipIf(!installed)('has nothing to say of an empty folder', async () => {
    await mkdir(join(dir, 'empty'));
    const refused = await run(
      '--images',
      join(dir, 'empty'),
      '--out',
      join(dir, 'out'),
      '--models',
      MODELS,
    );
    expect(refused.code).toBe(2);
    expect(refused.problems).toContain('no pictures');
  });

  it.skipIf(!installed)(
    'writes page, plots and figures that name nobody',
    async () => {
      const names = await sampleTree(join(dir, 'faces'));
      const out = join(dir, 'out');
      await mkdir(join(dir, 'attacks', 'drawing'), { recursive: true });
      await copyFile(join(SAMPLES, '../artefacts/joconde.jpg'), join(dir, 'attacks/drawing/1.jpg'));
      const quick = '--gallery 4 --fpir 1e-2 --streets 1 --looks 4 --bootstrap 100 --attacks 1';
      const {
        code,
        out: json,
        problems,
      } = await run(
        '--images',
        join(dir, 'faces'),
        '--attack',
        join(dir, 'attacks'),
        '--out',
        out,
        '--models',
        MODELS,
        '--set',
        'sample faces',
        '--json',
        ...`${quick} --workers 1`.split(' '),
      );
      expect(code, problems).toBe(0);

      const report = recognitionReportSchema.parse(JSON.parse(json));
      const html = await readFile(join(out, 'recognition-report.html'), 'utf8');
      const file = await readFile(join(out, 'recognition-report.json'), 'utf8');
      expect(JSON.parse(file)).toEqual(report);

      expect(report.imageSet).toMatchObject({ label: 'sample faces', pictures: 13 });
      expect(report.enrolment.reasons).toContainEqual({ code: 'not_an_image', pictures: 1 });
      // four pictures of one person, two each of two
      expect(report.verification?.genuine).toBe(6 + 1 + 1);
      expect(report.identification).toMatchObject([{ gallery: 4, promisedFpir: 0.01, streets: 1 }]);
      expect(report.depthPad.species.map(({ species }) => species)).toContain('mask');
      expect(report.depthPad.bonaFide).toBeNull();
      expect(report.colourAttacks).toMatchObject([{ species: 'drawing', apcer: { trials: 1 } }]);
      expect(report.time?.stagesMs.map(({ stage }) => stage)).toContain('embed');
      const missing = report.notMeasured.map(({ what }) => what);
      expect(missing).toContain('Real attacks before the depth check');
      expect(missing).toContain('Verification at a false match rate of 1e-6');
      expect(missing).toContain('Real faces before the depth check');

      const plots = await readdir(join(out, 'plots'));
      expect(plots).toEqual(expect.arrayContaining(['det.svg', 'fpir.svg', 'apcer-simulated.svg']));
      for (const plot of plots) {
        const svg = await readFile(join(out, 'plots', plot), 'utf8');
        expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
        // a value that could not be placed
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        expect(html).toContain(svg);
      }
      for (const name of [...names, dir]) {
        expect(html).not.toContain(name);
        expect(file).not.toContain(name);
      }
      // needs nothing but itself
      expect(html).not.toMatch(/(src|href)="(?!#)/);
    },
    60_000,
  );
});
