import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeployedCentral } from '../support/deployed-central.ts';

let deployed: DeployedCentral;

beforeAll(async () => {
  deployed = await DeployedCentral.open();
});
afterAll(() => deployed.close());

describe('central that is killed', () => {
  it('in the middle of its batches, again and again, loses and doubles nothing', async () => {
    const { books, expected } = await deployed.bookThrough({ events: 4_000, kills: 3 });
    expect(books).toEqual(expected);
  }, 600_000);
});
