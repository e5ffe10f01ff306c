import { recognitionNetToOnnx } from '../convert/face-api/recognition-net.ts';
import { irToOnnx } from '../convert/openvino/ir-to-onnx.ts';
import { graphModelToOnnx } from '../convert/tfjs/graph-model-to-onnx.ts';
import type { PackModel } from '../packs/pack-manifest.ts';
import { InstallError } from './install-error.ts';

/**
 * Turns a model's source files into its ONNX file.
 *
 * @param sources contents by the names the manifest gives them
 * @throws InstallError `conversion-failed`
 */
export function convertModel(model: PackModel, sources: ReadonlyMap<string, Buffer>): Uint8Array {
  try {
    return convert(model, sources);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InstallError('conversion-failed', `cannot make ${model.file}: ${reason}`, { cause });
  }
}

function convert(model: PackModel, sources: ReadonlyMap<string, Buffer>): Uint8Array {
  const withEnding = (ending: string): Buffer => {
    const [, content] = Array.from(sources).find(([name]) => name.endsWith(ending)) ?? [];
    if (content === undefined) throw new Error(`no source ends in ${ending}`);
    return content;
  };
  const { conversion } = model;
  if (conversion.from === 'onnx') return withEnding('.onnx');
  if (conversion.from === 'openvino-ir') {
    return irToOnnx({ xml: withEnding('.xml').toString('utf8'), bin: withEnding('.bin') });
  }
  if (conversion.from === 'face-api-recognition') {
    return recognitionNetToOnnx({
      manifestJson: withEnding('.json').toString('utf8'),
      weights: withEnding('.bin'),
    });
  }
  return graphModelToOnnx({
    modelJson: withEnding('.json').toString('utf8'),
    readWeightFile: (path) => withEnding(path),
    outputs: conversion.outputs,
  });
}
