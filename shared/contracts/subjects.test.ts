import { describe, expect, it } from 'vitest';
import { hubOfDownlinkPull, subjects, terminalOfTopic, topics } from './subjects.ts';

describe('topics', () => {
  it('name their terminal, and nothing else does', () => {
    for (const of of [topics.request, topics.reply, topics.status]) {
      expect(terminalOfTopic(of('shop-1'))).toBe('shop-1');
    }
    for (const other of [
      'wuma/2/a/request',
      'wuma/1/a/other',
      'wuma/1/a/request/b',
      'x',
      '$SYS/a',
    ]) {
      expect(terminalOfTopic(other)).toBeUndefined();
    }
  });
});

describe('subjects', () => {
  it('name the hub that pulls', () => {
    expect(hubOfDownlinkPull(subjects.downlinkPull('hub-wuma'))).toBe('hub-wuma');
    expect(hubOfDownlinkPull('down.a.b.pull')).toBeUndefined();
  });
});
