import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Lifecycle } from './lifecycle.ts';

describe('Lifecycle', () => {
  it('stops the last first, once, and goes on past a part that fails', async () => {
    const stopped: string[] = [];
    const lifecycle = new Lifecycle(pino({ level: 'silent' }));
    lifecycle.add({ name: 'store', stop: () => void stopped.push('store') });
    lifecycle.add({
      name: 'broken',
      stop: () => {
        stopped.push('broken');
        throw new Error('will not stop');
      },
    });
    lifecycle.add({ name: 'server', stop: async () => void stopped.push('server') });
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(stopped).toEqual(['server', 'broken', 'store']);
  });
});
