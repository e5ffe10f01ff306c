import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take long, longest first: begun last, one of them would run on alone when all others are done. */
const LONG = [
  'test/e2e/kiosk.test.ts',
  'test/e2e/street.test.ts',
  'test/integration/central-crash.test.ts',
  'test/integration/questions.test.ts',
  'test/integration/stack.test.ts',
  'test/e2e/hub-crash.test.ts',
  'test/integration/central-enrolment.test.ts',
  'test/integration/powercut.test.ts',
  'test/integration/central-intake.test.ts',
  'test/integration/bad-input.test.ts',
  'test/simulation/simulate.test.ts',
  'test/integration/nats-cluster.test.ts',
  'edge-hub/snapshot/gallery-snapshot.test.ts',
  'models/index/exact/exact-engine.test.ts',
];

/** Begins with the long files, whatever a fresh clone's empty cache knows of them; then as vitest does. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((p, q) => rank(p) - rank(q));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const at = LONG.findIndex((path) => moduleId.endsWith(path));
  return at === -1 ? LONG.length : at;
}
