import { DrizzleQueryError } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { summary } from './events.ts';

describe('summary', () => {
  it('says what failed and leaves out what it failed on', () => {
    const cause = Object.assign(new Error('duplicate key value'), { code: '23505' });
    const error = new DrizzleQueryError('insert into shoppers …', ['SHOPPER-1'], cause);
    const text = summary(error);
    expect(text).toContain('23505');
    expect(text).toContain('duplicate key value');
    expect(text).not.toContain('SHOPPER-1');
    expect(summary('SHOPPER-1')).toBe('unknown');
  });
});
