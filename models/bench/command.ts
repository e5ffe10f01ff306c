import { join } from 'node:path';
import { type CommandIo, runCommandLine, wholeNumber } from '../../shared/kernel/command-line.ts';
import { isMissingPack } from '../packs/missing-pack.ts';
import { NoPicturesError } from './bench-frames.ts';
import { type BurstFigures, benchRecognition, type RecognitionBench } from './bench-recognition.ts';

const HELP = `Times recognition against the networks alone and against @vladmandic/human, in one run.

  wuma bench recognition [--pack NAME] [--seconds N] [--pictures DIR] [--models DIR] [--json]

  --pack NAME     an installed model pack (default open)
  --seconds N     time of each measurement (default 6)
  --pictures DIR  pictures with one face each (default .wuma/samples/strangers)
  --models DIR    folder that holds the packs (default .wuma/models)
  --json          one line of JSON on stdout; progress goes to stderr

For bursts of 1, 3 and 5 frames: the stages of a frame, the time of a burst, bursts a second with one worker a
core, each beside what the networks alone take and allow. The peer does the same roles on its WASM backend; its
packages are fetched from the npm registry the first time. Wants a quiet machine.
`;

/**
 * `wuma bench recognition`.
 *
 * @param argv what follows `recognition`
 * @returns the exit code: 0 done, 2 wrong usage (also no pictures or a pack not installed), 1 else
 */
export function runBenchRecognition(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        pack: { type: 'string', default: 'open' },
        seconds: { type: 'string', default: '6' },
        pictures: { type: 'string', default: join('.wuma', 'samples', 'strangers') },
        models: { type: 'string', default: join('.wuma', 'models') },
        json: { type: 'boolean', default: false },
      },
      isUsage: (error) => error instanceof NoPicturesError || isMissingPack(error),
      run: async ({ pack, seconds, pictures, models, json }, { writeOut, writeError }) => {
        const figures = await benchRecognition({
          packName: pack,
          modelsDir: models,
          picturesDir: pictures,
          peersDir: join('.wuma', 'peers'),
          durationMs: wholeNumber('seconds', seconds, { least: 1, most: 99 }) * 1_000,
          onProgress: (text) => writeError(`${text}\n`),
        });
        writeOut(json ? `${JSON.stringify(figures)}\n` : tableOf(figures));
        return 0;
      },
    },
    argv,
    io,
  );
}

function tableOf({ pack, workers, bursts, peer }: RecognitionBench): string {
  const other =
    'unavailable' in peer
      ? `${peer.name} ${peer.version}: could not be run (${peer.unavailable})`
      : `${peer.name} ${peer.version} (${peer.backend}): ${peer.frameMs} ms a frame, ${peer.framesPerSecond} frames/s`;
  const lines = [`pack ${pack}, ${workers} workers`, ...bursts.map(burstLines), other];
  return `${lines.join('\n')}\n`;
}

function burstLines(burst: BurstFigures): string {
  const { stagesMs } = burst;
  return [
    `burst of ${burst.frames}: p50 ${burst.totalMs.p50} ms, p95 ${burst.totalMs.p95} ms, networks alone ${burst.rawMs} ms (p50 is ${burst.totalOverRaw} times that)`,
    `  a frame: decode ${stagesMs.decode}, detect and mesh ${stagesMs.detect}, PAD ${stagesMs.pad}, embed ${stagesMs.embed} ms; in the networks ${stagesMs.networks} ms`,
    `  ${burst.burstsPerSecond} bursts/s; the networks alone allow ${burst.rawBurstsPerSecond}: ${burst.shareOfRaw} of it`,
    `  the event loop meanwhile: p99 ${burst.eventLoopDelayMs.p99} ms late`,
  ].join('\n');
}
