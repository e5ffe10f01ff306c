import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packNames, UnknownPackError } from '../packs/pack-catalogue.ts';
import { InstallError, type InstallFailure } from './install-error.ts';
import { installPack } from './install-pack.ts';
import { fetchSampleFaces } from './sample-faces.ts';

const HELP = `Installs a model pack: fetches its networks, checks their hashes, converts them to ONNX.

  node models/install/main.ts [--pack NAME] [--dir DIR] [--source PLACE] [--samples] [--json]

  --pack NAME     ${packNames().join(' | ')} (default open)
  --dir DIR       folder that holds the packs (default .wuma/models)
  --source PLACE  folder or https address of model files that are in no registry
                  (default WUMA_MODEL_SOURCE, else ../shared/models)
  --samples       also fetch the sample photos, to DIR/../samples
  --json          print what was installed as one line of JSON
  --help          this text

Progress goes to stderr. Exit codes: 0 installed; 2 wrong usage; 3 a source cannot be had;
4 a source is not the expected file; 5 a conversion failed or computes something else; 1 anything else.
`;

const EXIT_CODES: Readonly<Record<InstallFailure, number>> = {
  'source-unavailable': 3,
  'source-altered': 4,
  'conversion-failed': 5,
  'golden-differs': 5,
};
const USAGE_EXIT_CODE = 2;

export type CommandIo = {
  readonly args: readonly string[];
  readonly modelSource: string | undefined;
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
};

/** The installer as a command; see its `--help`. @returns the exit code */
export async function runInstallCommand(io: CommandIo): Promise<number> {
  let options: ReturnType<typeof parse>;
  try {
    options = parse(io.args);
  } catch (error) {
    io.writeError(`${messageOf(error)}\n\n${HELP}`);
    return USAGE_EXIT_CODE;
  }
  if (options.help) {
    io.writeOut(HELP);
    return 0;
  }
  try {
    await install(options, io);
    return 0;
  } catch (error) {
    io.writeError(`${messageOf(error)}\n`);
    if (error instanceof InstallError) return EXIT_CODES[error.code];
    return error instanceof UnknownPackError ? USAGE_EXIT_CODE : 1;
  }
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    options: {
      pack: { type: 'string', default: 'open' },
      dir: { type: 'string', default: join('.wuma', 'models') },
      source: { type: 'string' },
      samples: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;

async function install(options: ReturnType<typeof parse>, io: CommandIo): Promise<void> {
  const onProgress = (message: string) => io.writeError(`${message}\n`);
  const pack = await installPack({
    packName: options.pack,
    targetDir: options.dir,
    sourceOverride: options.source ?? io.modelSource,
    onProgress,
  });
  const samples = options.samples
    ? await fetchSampleFaces({ targetDir: options.dir, onProgress })
    : undefined;
  if (!options.json) return;
  const summary = { id: pack.id, name: pack.name, dir: pack.dir, samplesDir: samples?.dir };
  io.writeOut(`${JSON.stringify(summary)}\n`);
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
