import { defineConfig } from 'vitest/config';
import PlainLineReporter from '../support/plain-line-reporter.ts';

/** Larger cases of what `npm test` runs small; `npm run test:soak` begins with them. */
export default defineConfig({
  test: {
    name: 'long',
    reporters: ['default', new PlainLineReporter()],
    include: ['test/long/**/*.test.ts'],
    fileParallelism: false,
    hookTimeout: 180_000,
  },
});
