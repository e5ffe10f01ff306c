import { parentPort, workerData } from 'node:worker_threads';
import { present, unreachable } from '../../../shared/kernel/assert.ts';
import { openKernel } from '../kernel/open-kernel.ts';
import { bestOfEach, type ScanBest, type Stretch, type Vectors } from './plain-scan.ts';
import { SyntheticPeople } from './synthetic-people.ts';

/** Work that threads share, each its stretch: of rows, or of a memory's bytes. */
export type GalleryTask =
  | { readonly kind: 'people'; readonly rows: Vectors; readonly seed: number }
  | { readonly kind: 'truth'; readonly rows: Vectors; readonly probes: Vectors }
  | { readonly kind: 'read'; readonly memory: WebAssembly.Memory; readonly times: number };

/** `people` and `read` only tell that they are done. */
export type StretchDone = readonly ScanBest[];

const port = present(parentPort, 'gallery-worker.ts runs in a worker thread');
const work = prepare(workerData as GalleryTask);
port.on('message', (stretch: Stretch) => port.postMessage(work(stretch)));
port.postMessage('ready');

function prepare(task: GalleryTask): (stretch: Stretch) => StretchDone {
  switch (task.kind) {
    case 'people':
      return peopleMaker(task.rows, task.seed);
    case 'truth':
      return (stretch) => bestOfEach(task.rows, task.probes, stretch);
    case 'read': {
      const kernel = openKernel(task.memory);
      return ({ from, to }) => {
        for (let i = 0; i < task.times; i += 1) kernel.read(from, to - from);
        return [];
      };
    }
    default:
      return unreachable(task);
  }
}

function peopleMaker({ dimension, values }: Vectors, seed: number) {
  const people = new SyntheticPeople({ dimension, seed });
  return ({ from, to }: Stretch): StretchDone => {
    for (let i = from; i < to; i += 1) {
      people.person(i, values.subarray(i * dimension, (i + 1) * dimension));
    }
    return [];
  };
}
