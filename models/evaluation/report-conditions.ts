import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { z } from 'zod';
import type { InstalledPack } from '../packs/installed-pack.ts';
import type { ReportConditions } from '../report/recognition-report.ts';

const versionSchema = z.object({ version: z.string() });

/** What the machine and its software are; not whose, nor what it is called. */
export function machineConditions(): Pick<ReportConditions, 'software' | 'machine'> {
  return {
    software: {
      wuma: versionIn(new URL('../../package.json', import.meta.url)),
      node: process.version,
      onnxruntime: versionIn(
        createRequire(import.meta.url).resolve('onnxruntime-node/package.json'),
      ),
    },
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      system: `${platform()} ${release()} ${arch()}`,
    },
  };
}

/** The pack as its manifest has it: networks with their hashes, and the thresholds that are judged by. */
export function packConditions({ id, manifest }: InstalledPack): ReportConditions['pack'] {
  const { detect, mesh, embed, pad, thresholds } = manifest;
  const { sure, leastSure, mostSure, floor, margin } = thresholds.identify;
  const { minLive, minLiveWithDepth } = thresholds.pad;
  return {
    id,
    summary: manifest.summary,
    dimension: embed.dimension,
    models: [
      { role: 'detect' as const, model: detect.model },
      { role: 'mesh' as const, model: mesh.model },
      ...embed.networks.map(({ model }) => ({ role: 'embed' as const, model })),
      ...pad.models.map(({ model }) => ({ role: 'pad' as const, model })),
    ].map(({ role, model: { file, bytes, sha256, licence } }) => ({
      role,
      file,
      bytes,
      sha256,
      licence: licence.spdx,
    })),
    thresholds: { sure, leastSure, mostSure, floor, margin, minLive, minLiveWithDepth },
  };
}

function versionIn(file: URL | string): string {
  return versionSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
