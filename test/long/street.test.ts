import { describe, expect, it } from 'vitest';
import { playStreet } from '../support/demo-play.ts';

describe('npm start -- --once --json', () => {
  it('plays the street from look to book, through an outage, and all holds', async () => {
    const { payments, outage } = await playStreet();
    expect(payments).toBe(80);
    expect(outage.paymentsDuring).toBeGreaterThan(5);
  }, 600_000);
});
