import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { progressWriter } from '../../../models/evaluation/command.ts';
import { LandmarkListError } from '../../../models/evaluation/depth/landmark-list.ts';
import { PairFileError } from '../../../models/evaluation/pair-list.ts';
import { isMissingPack } from '../../../models/packs/missing-pack.ts';
import { renderRecognition } from '../../../models/report/page/recognition-page.ts';
import {
  type RecognitionReport,
  recognitionReportSchema,
} from '../../../models/report/recognition-report.ts';
import {
  type CommandIo,
  required,
  runCommandLine,
  UsageError,
  wholeNumber,
} from '../../../shared/kernel/command-line.ts';
import { TooFewPeopleError } from '../evaluate-street.ts';
import {
  measureRecognition,
  NoPicturesError,
  PairsOutsideError,
  type RecognitionReportOptions,
} from './measure-recognition.ts';

const HELP = `Writes a test report of recognition in the manner of ISO/IEC 19795: a page, its plots, and the figures.

  wuma report recognition --images DIR --out DIR [--pack NAME] [--gallery N,N] [--fpir P,P] [--streets N]
                          [--pairs FILE] [--depth-bona-fide DIR] [--attack DIR] [--attacks N] [--focal PX]
                          [--set TEXT] [--limit N] [--looks N] [--bootstrap N] [--seed N]
                          [--models DIR] [--workers N] [--cache DIR] [--json]

  --images DIR     the pictures, one folder per person (needed)
  --out DIR        where recognition-report.html, recognition-report.json and plots/*.svg go; made if it is not
                   there (needed)
  --pack NAME      an installed model pack (default open)
  --gallery N,N    people enrolled in the streets that are played (default half of all, at most 1000); may be repeated
  --fpir P,P       promised false positive identification rates (default 1e-2,1e-3)
  --streets N      streets drawn of each (default 3)
  --pairs FILE     LFW's pairs.txt, or lines of label<TAB>pathA<TAB>pathB: accuracy over these pairs besides
  --depth-bona-fide DIR  depth pictures of real faces: *_depth.png, 16 bits, mm, a folder per person
  --attack DIR     real attacks, a folder per species, whose name is printed: *_depth.png for the depth check, other
                   pictures for the colour network
  --attacks N      simulated attacks of each species (default 100; 0 for none)   --focal PX  of both folders (default 365)
  --set TEXT       what the report calls the set; folders and files are never named
  --limit N        about so many pictures, of people drawn by lot: for a quick run
  --looks N        pictures that are looked at as a payment does and timed (default 300)
  --bootstrap N    replicates of the intervals by person (default 1000)
  --seed N         what lots are drawn by (default 1)
  --models DIR     folder that holds the packs (default .wuma/models)
  --workers N      worker threads for the pictures (default: one per core)
  --cache DIR      keeps what was found in the pictures, as in evaluate; it holds faces
  --json           the whole report as one line of JSON on stdout too; progress goes to stderr

Nothing in the report names a person, a picture or a folder of pictures. Exit codes: 0 done; 1 a file or folder cannot
be read or written; 2 wrong usage, too few people for a gallery, no pictures, or a pack that is not installed.
`;
const NAME = 'recognition-report';

/**
 * `wuma report recognition`.
 *
 * @param argv what follows `recognition`
 * @returns the exit code: 0 done, 2 wrong usage (also too few people, no pictures, a pack not installed), 1 else
 */
export function runReportRecognition(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        images: { type: 'string' },
        out: { type: 'string' },
        pack: { type: 'string', default: 'open' },
        gallery: { type: 'string', multiple: true, default: [] },
        fpir: { type: 'string', multiple: true, default: ['1e-2', '1e-3'] },
        streets: { type: 'string', default: '3' },
        pairs: { type: 'string' },
        'depth-bona-fide': { type: 'string' },
        attack: { type: 'string' },
        attacks: { type: 'string', default: '100' },
        focal: { type: 'string', default: '365' },
        set: { type: 'string' },
        limit: { type: 'string' },
        looks: { type: 'string', default: '300' },
        bootstrap: { type: 'string', default: '1000' },
        seed: { type: 'string', default: '1' },
        models: { type: 'string', default: join('.wuma', 'models') },
        workers: { type: 'string' },
        cache: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      isUsage: (error) => USAGE.some((kind) => error instanceof kind) || isMissingPack(error),
      run: async (given, { writeOut, writeError }) => {
        const out = required(given.out, 'out');
        const { pairs, attack, workers, cache } = given;
        const bonaFide = given['depth-bona-fide'];
        const options: RecognitionReportOptions = {
          imagesDir: required(given.images, 'images'),
          label: given.set ?? null,
          packName: given.pack,
          modelsDir: given.models,
          ...(pairs !== undefined && { pairsFile: pairs }),
          galleries: itemsOf(given.gallery).map((text) => whole('gallery', text, 2)),
          promisedFpirs: itemsOf(given.fpir).map(promised),
          streets: whole('streets', given.streets, 1),
          limit: given.limit === undefined ? null : whole('limit', given.limit, 1),
          looks: whole('looks', given.looks, 1),
          replicates: whole('bootstrap', given.bootstrap, 100),
          seed: whole('seed', given.seed, 0),
          ...(bonaFide !== undefined && { depthBonaFideDir: bonaFide }),
          depthFocalPx: whole('focal', given.focal, 1),
          ...(attack !== undefined && { attackDir: attack }),
          simulatedAttacks: whole('attacks', given.attacks, 0),
          ...(workers !== undefined && { workers: whole('workers', workers, 1) }),
          ...(cache !== undefined && { cacheDir: cache }),
          onPictures: progressWriter(writeError),
          onProgress: (text) => writeError(`${text}\n`),
        };
        // before hours of work: is it a folder that can be written to?
        await mkdir(join(out, 'plots'), { recursive: true });
        const report = await measureRecognition(options);
        const files = await writeReport(out, report);
        writeOut(
          given.json ? `${JSON.stringify(report)}\n` : files.map((file) => `${file}\n`).join(''),
        );
        return 0;
      },
    },
    argv,
    io,
  );
}

const USAGE = [
  TooFewPeopleError,
  NoPicturesError,
  PairsOutsideError,
  PairFileError,
  LandmarkListError,
] as const;

/** @returns the files, the page first */
async function writeReport(out: string, report: RecognitionReport): Promise<string[]> {
  // what is written is what is documented
  const checked = recognitionReportSchema.parse(report);
  const { html, plots } = renderRecognition(checked);
  const files = [
    { file: join(out, `${NAME}.html`), text: html },
    { file: join(out, `${NAME}.json`), text: `${JSON.stringify(checked, null, 2)}\n` },
    ...plots.map(({ name, svg }) => ({ file: join(out, 'plots', `${name}.svg`), text: svg })),
  ];
  for (const { file, text } of files) await writeFile(file, text);
  return files.map(({ file }) => file);
}

function itemsOf(given: readonly string[]): string[] {
  return given.flatMap((text) => text.split(',')).map((text) => text.trim());
}

function whole(option: string, text: string, least: number): number {
  return wholeNumber(option, text, { least, most: 999_999_999 });
}

function promised(text: string): number {
  const value = text === '' ? Number.NaN : Number(text);
  if (value >= 1e-6 && value <= 0.1) return value;
  throw new UsageError('--fpir is a number from 1e-6 to 0.1, or several with commas between');
}
