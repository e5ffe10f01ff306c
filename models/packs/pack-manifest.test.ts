import { expect, test } from 'vitest';
import { GOLDEN_DIR, readGolden } from './golden.ts';
import { findPackManifest, packNames, UnknownPackError } from './pack-catalogue.ts';
import { modelsOf, type PackModel, packManifestSchema } from './pack-manifest.ts';

const manifests = packNames().map(findPackManifest);

test.each(manifests)('$id keeps to the schema', (manifest) => {
  expect(packManifestSchema.parse(manifest)).toEqual(manifest);
  expect(manifest.id).toBe(`${manifest.name}-${manifest.revision}`);
});

test.each(manifests)('$id: files have different names and belong to its networks', (manifest) => {
  const files = modelsOf(manifest).map(({ file }) => file);
  expect(new Set(files).size).toBe(files.length);
});

const outputNames = ({ outputs }: PackModel) => outputs.map(({ name }) => name);

test("BlazeFace's cells cover the picture", () => {
  const { detect } = findPackManifest('open');
  const heads = detect.decoder === 'blazeface' ? detect.heads : [];
  expect(heads.map(({ stridePx, grid }) => stridePx * grid)).toEqual([256, 256]);
});

test.each(manifests)('$id: what is read is what the networks give', (manifest) => {
  const { detect, mesh, embed, pad } = manifest;
  const read =
    detect.decoder === 'blazeface'
      ? detect.heads.flatMap(({ scores, boxes }) => [scores, boxes])
      : detect.stridesPx.flatMap((s) => [`cls_${s}`, `obj_${s}`, `bbox_${s}`, `kps_${s}`]);
  expect(outputNames(detect.model).toSorted()).toEqual(read.toSorted());
  expect(outputNames(mesh.model)).toEqual(
    expect.arrayContaining([mesh.pointsOutput, mesh.presenceOutput]),
  );
  for (const entry of embed.networks) {
    const embedding = entry.model.outputs.find(({ name }) => name === entry.output);
    expect(embedding?.shape.reduce((a, b) => a * b)).toBe(entry.dimension);
  }
  expect(embed.networks.reduce((sum, entry) => sum + entry.dimension, 0)).toBe(embed.dimension);
  for (const entry of pad.models) {
    const output = entry.model.outputs.find(({ name }) => name === entry.output);
    expect(entry.liveIndex).toBeLessThan(output?.shape.at(-1) ?? 0);
  }
});

const embedNetworks = manifests.flatMap(({ id, embed }) =>
  embed.networks.map((entry) => ({ id, file: entry.model.file, ...entry })),
);

test.each(embedNetworks)(
  '$id $file: alignment points lie inside the picture, right of the person on the left',
  ({ template, model }) => {
    for (const [x, y] of template) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(model.input.width);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(model.input.height);
    }
    const [rightEye, leftEye, nose, rightMouth, leftMouth] = template;
    expect(rightEye[0]).toBeLessThan(leftEye[0]);
    expect(rightMouth[0]).toBeLessThan(leftMouth[0]);
    expect(nose[1]).toBeLessThan(rightMouth[1]);
  },
);

test.each(manifests)(
  '$id: every converted network has a golden for all its outputs',
  async (manifest) => {
    for (const model of modelsOf(manifest)) {
      if (model.conversion.from === 'onnx') continue;
      const golden = await readGolden(GOLDEN_DIR, model.golden ?? '');
      expect(golden.outputs.map(({ name }) => name).toSorted()).toEqual(
        model.outputs.map(({ name }) => name).toSorted(),
      );
    }
  },
);

test.each(manifests)('$id: identified lies above nobody', ({ thresholds }) => {
  expect(thresholds.identify.sure).toBeGreaterThan(thresholds.identify.floor);
});

test('a manifest with something unknown in it is refused', () => {
  const [manifest] = manifests;
  expect(packManifestSchema.safeParse({ ...manifest, extra: 1 }).success).toBe(false);
});

test.each(['npm:no-version#file', 'http://plain.example/file', 'file:/absolute', '../elsewhere'])(
  'a source at %s is refused',
  (location) => {
    const manifest = structuredClone(findPackManifest('open'));
    const [source] = manifest.detect.model.sources;
    if (source === undefined) throw new Error('the detector has no source');
    source.from = [location];
    expect(packManifestSchema.safeParse(manifest).success).toBe(false);
  },
);

test('an unknown pack is named together with the known ones', () => {
  expect(() => findPackManifest('closed')).toThrow(UnknownPackError);
  expect(() => findPackManifest('closed')).toThrow('known: open, open-fused, openvino, fused');
});
