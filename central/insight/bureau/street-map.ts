import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type BureauMap, bureauMapSchema } from '../../../shared/contracts/http-bureau.ts';
import { nameSchema } from '../../../shared/contracts/primitives.ts';

/** The operator's map in central's data folder: GeoJSON (RFC 7946), a line for each street, `properties.street` its id. */
export const MAP_FILE = 'streets.geojson';

const geoJsonSchema = z.object({
  type: z.literal('FeatureCollection'),
  features: z.array(
    z.object({
      properties: z.object({ street: nameSchema }),
      geometry: z.object({
        type: z.literal('LineString'),
        coordinates: z.array(z.array(z.number()).min(2)),
      }),
    }),
  ),
});

/**
 * Where streets are; no streets where there is no map.
 *
 * @throws where the file is no such map
 */
export async function readStreetMap(dataDir: string): Promise<BureauMap> {
  let text: string;
  try {
    text = await readFile(join(dataDir, MAP_FILE), 'utf8');
  } catch {
    return { streets: [] };
  }
  const { features } = geoJsonSchema.parse(JSON.parse(text));
  return bureauMapSchema.parse({
    streets: features.map(({ properties, geometry }) => ({
      street: properties.street,
      line: geometry.coordinates.map(([longitude, latitude]) => [longitude, latitude]),
    })),
  });
}
