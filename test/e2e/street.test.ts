import { describe, expect, it } from 'vitest';
import { playStreet } from '../support/demo-play.ts';

/** `test/long/street.test.ts` plays all of it. */
describe('npm start -- --once --json --visits 1', () => {
  it('plays the street from look to book, through an outage, and all holds', async () => {
    expect((await playStreet(['--visits', '1'])).payments).toBe(20);
  }, 300_000);
});
