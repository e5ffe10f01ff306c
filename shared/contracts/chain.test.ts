import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { downlinkMessageSchema } from './downlink-messages.ts';
import { chainInput, hubEventSchema } from './hub-events.ts';

const golden = new URL('./golden/', import.meta.url);
const files = readdirSync(golden).toSorted();
const read = (file: string): string => readFileSync(new URL(file, golden), 'utf8');

describe('golden messages', () => {
  it.each(files.filter((file) => file.startsWith('event.')))(
    '%s is read today as on its day',
    (file) => {
      const text = read(file);
      const event = hubEventSchema.parse(JSON.parse(text));
      const dataJson = /"data":(\{.*\})\}\s*$/s.exec(text)?.[1] ?? '';
      const hash = createHash('sha256')
        .update(chainInput({ ...event, dataJson }))
        .digest('hex');
      expect(hash).toBe(event.hash);
    },
  );

  it.each(files.filter((file) => file.startsWith('downlink.')))(
    '%s is read today as on its day',
    (file) => {
      expect(downlinkMessageSchema.parse(JSON.parse(read(file))).version).toBe(1);
    },
  );

  it('exist for every type', () => {
    const kinds = (union: {
      options: readonly { shape: { type: { value: string } } }[];
    }): string[] => union.options.map((option) => option.shape.type.value);
    const expected = [
      ...kinds(hubEventSchema).map((type) => `event.${type}.v1.json`),
      ...kinds(downlinkMessageSchema).map((type) => `downlink.${type}.v1.json`),
    ].toSorted();
    expect(files).toEqual(expected);
  });
});
