import { expect, it } from 'vitest';
import { systemClock } from '../shared/kernel/clock.ts';
import { ReplyWriter, withData } from './terminal-reply.ts';

it('a reply is given other data, whatever stands before them', () => {
  const hubId = 'hub ","data":{"x":';
  const writer = new ReplyWriter({ hubId, clock: systemClock, newId: () => 'id' });
  const data = { paymentId: 'p', challenge: 'c', expiresAt: 'now' };
  const written = writer.write('challenge.issued', 'request', data);
  const other = withData<'challenge.issued'>(written, { ...data, challenge: ',"data":' });
  expect(JSON.parse(other)).toEqual({
    ...JSON.parse(written),
    data: { ...data, challenge: ',"data":' },
  });
});
