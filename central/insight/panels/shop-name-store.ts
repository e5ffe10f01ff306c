import { sql } from 'drizzle-orm';
import type { Executor } from '../../db/database.ts';

/** What shops call themselves, by `street/shop`. */
export async function readShopNames(db: Executor): Promise<ReadonlyMap<string, string>> {
  const rows = await db.execute<{ place: string; name: string }>(sql`
    select coalesce(h.street_id, h.hub_id) || '/' || s.shop_id as place, s.shop_name as name
    from shops s join hubs h on h.hub_id = s.hub_id`);
  return new Map(rows.map(({ place, name }) => [place, name]));
}
