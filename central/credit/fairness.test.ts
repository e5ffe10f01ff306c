import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { type FairnessTest, fairnessOf, toldBy } from './fairness.ts';
import { featureOf } from './feature-table.ts';

const ROWS = 1_200;

/** Companies of two groups: one column stands for the group, one does so only at both ends, one does not. */
function planted(favour: number) {
  const random = new SeededRandom('fairness');
  const rows = Array.from({ length: ROWS }, () => {
    const isA = random.next() < 0.4;
    const far = (random.next() < 0.5 ? -1 : 1) * random.between(1.1, 2);
    return {
      group: isA ? 'a' : 'b',
      stands: random.between(0, 1) + (isA ? 0.8 : 0),
      ends: isA ? far : random.between(-1, 1),
      chance: random.next(),
      score: 550 + random.between(-100, 100) + (isA ? 0 : favour),
      bad: random.next() < 0.2 ? 1 : 0,
    };
  });
  const column = (of: (row: (typeof rows)[number]) => number) => rows.map((row) => String(of(row)));
  const features = {
    stands: featureOf(
      'stands',
      column(({ stands }) => stands),
    ),
    ends: featureOf(
      'ends',
      column(({ ends }) => ends),
    ),
    chance: featureOf(
      'chance',
      column(({ chance }) => chance),
    ),
  };
  const group = { name: 'group', texts: rows.map((row) => row.group) };
  const marked = Uint8Array.from(rows, (row) => (row.group === 'a' ? 1 : 0));
  const test = (names: readonly (keyof typeof features)[]): FairnessTest => ({
    table: {
      features: names.map((name) => features[name]),
      bad: Uint8Array.from(rows, ({ bad }) => bad),
    },
    scores: rows.map(({ score }) => score),
    favouredFrom: 550,
    together: () => 0.5,
    seed: '1',
  });
  return { features, group, marked, test };
}

describe('what stands for a group of people', () => {
  const { features, group, marked, test } = planted(0);

  it('is found whatever its shape, and chance is not', () => {
    expect(toldBy(features.stands, marked, '1')).toBeGreaterThan(0.9);
    expect(toldBy(features.ends, marked, '1')).toBeGreaterThan(0.95);
    expect(Math.abs(toldBy(features.chance, marked, '1') - 0.5)).toBeLessThan(0.06);
  });

  it('is refused; without it nothing is found', () => {
    const refused = fairnessOf(group, test(['chance', 'stands']));
    expect(refused).toMatchObject({ attribute: 'group', verdict: 'refused' });
    expect(refused?.proxies.map(({ feature }) => feature)).toEqual(['stands', 'chance']);
    const clear = fairnessOf(group, test(['chance']));
    expect(clear).toMatchObject({ verdict: 'clear' });
    expect(clear?.disparateImpact).toBeGreaterThan(0.85);
  });

  it('is not all: a score that favours one group is warned of', () => {
    const { group: groups, test: favouring } = planted(60);
    const warned = fairnessOf(groups, favouring(['chance']));
    expect(warned?.verdict).toBe('warned');
    expect(warned?.disparateImpact).toBeLessThan(0.8);
    expect(warned?.groups.map(({ group: name, ratio }) => [name, ratio === 1])).toEqual([
      ['b', true],
      ['a', false],
    ]);
    const together = fairnessOf(group, { ...test(['chance']), together: () => 0.9 });
    expect(together?.verdict).toBe('warned');
  });

  it('is not told of groups that are too small', () => {
    const few = { name: 'few', texts: group.texts.map((_, row) => (row < 10 ? 'x' : 'y')) };
    expect(fairnessOf(few, test(['chance']))).toBeUndefined();
  });
});
