import { expect, it } from 'vitest';
import { isInControlGroup } from './campaign-arm.ts';

it('a control group is of the share that was asked for, and has nothing to do with another campaign’s', () => {
  const arm = (campaignId: string) => ({
    campaignId,
    key: Buffer.alloc(32, 7).toString('base64'),
    controlPercent: 30,
  });
  const people = Array.from({ length: 20_000 }, (_, i) => `shopper-${i}`);
  const held = people.filter((id) => isInControlGroup(arm('one'), id));
  const both = held.filter((id) => isInControlGroup(arm('two'), id));
  // four standard deviations
  expect(Math.abs(held.length - 6_000)).toBeLessThan(260);
  expect(Math.abs(both.length - 1_800)).toBeLessThan(165);
});
