import type { Way } from '../../shared/domain/way.ts';
import type { Welcome } from './hub-session.ts';

/** The most of one payment by a way, minor units; undefined where the hub does not take it. */
export function limitOf(welcome: Welcome, way: Way): bigint | undefined {
  // a hub of before names no ways
  const ways = welcome.ways ?? [{ way: 'face', limitMinor: welcome.limitMinor }];
  const offered = ways.find((each) => each.way === way);
  return offered && BigInt(offered.limitMinor);
}
