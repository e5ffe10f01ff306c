/**
 * A hub as it is in operation, but for two things: it reads names instead of faces, so that the load is of payments and
 * not of networks, and its clock is off by the milliseconds in the file `CHAOS_CLOCK_FILE`.
 */
import { readFileSync } from 'node:fs';
import { createContext } from '../../edge-hub/context.ts';
import { startHub } from '../../edge-hub/edge-hub.ts';
import { readSettings } from '../../edge-hub/env.ts';
import { type Clock, systemClock } from '../../shared/kernel/clock.ts';
import { stopOnSignal } from '../../shared/kernel/lifecycle.ts';
import { NOTHING_SAID, nameVision, pictureOf } from '../support/test-hub.ts';
import { PEOPLE } from './people.ts';

const STOP_LIMIT_MS = 5_000;
const CLOCK_CHECK_MS = 100;

class SteppedClock implements Clock {
  private offMs = 0;

  constructor(path: string) {
    const look = (): void => {
      try {
        this.offMs = Number(readFileSync(path, 'utf8'));
      } catch {
        this.offMs = 0;
      }
    };
    look();
    setInterval(look, CLOCK_CHECK_MS).unref();
  }

  now(): number {
    return systemClock.now() + this.offMs;
  }

  monotonic(): number {
    return systemClock.monotonic();
  }
}

const settings = readSettings();
const context = await createContext(settings, {
  clock: new SteppedClock(process.env['CHAOS_CLOCK_FILE'] ?? ''),
  vision: (_settings, pack) => nameVision(pack),
});
for (const { enrolmentId, name } of PEOPLE) {
  await context.enrolment.enrol({
    enrolmentId,
    photos: [pictureOf(name)],
    consent: { textVersion: '1', language: 'en', streets: [settings.street.streetId] },
    ...NOTHING_SAID,
  });
}
const hub = await startHub(context);
stopOnSignal(() => hub.stop(), STOP_LIMIT_MS);
const { httpPort, mqttPort } = hub;
process.stdout.write(`${JSON.stringify({ ready: true, httpPort, mqttPort })}\n`);
