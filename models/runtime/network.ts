import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { assert, present } from '../../shared/kernel/assert.ts';
import type { PackModel } from '../packs/pack-manifest.ts';
import type { Affine } from './geometry.ts';
import { type PicturePyramid, warpInto } from './warp.ts';

/** Adds up the time spent inside networks, so that the pipeline's own cost can be told apart. */
export interface NetworkMeter {
  spentMs: number;
}

export type Outputs = ReadonlyMap<string, Float32Array>;

const PLANNING_RUNS = 2;

/** One network on one thread, with its input buffers kept from run to run. */
export class Network {
  readonly model: PackModel;
  private readonly session: InferenceSession;
  private readonly meter: NetworkMeter;
  private readonly inputs = new Map<string, { data: Float32Array; tensor: Tensor }>();
  private readonly outputs: Readonly<Record<string, Tensor>>;

  private constructor(
    parts: { readonly model: PackModel; readonly session: InferenceSession },
    meter: NetworkMeter,
    outputs: Readonly<Record<string, Tensor>>,
  ) {
    this.model = parts.model;
    this.session = parts.session;
    this.meter = meter;
    this.outputs = outputs;
  }

  /** Loads `<dir>/<model.file>`. One thread: the engine runs one worker per core. */
  static async load(dir: string, model: PackModel, meter: NetworkMeter): Promise<Network> {
    return new Network({ model, session: await openSession(dir, model) }, meter, {});
  }

  /**
   * The same for a network whose outputs tell who somebody is: every run writes to the same memory, so that what one
   * gave is overwritten by the next ones and not left behind in buffers of its own. The shapes of all outputs must be
   * fixed. onnxruntime plans where inner values lie in the first run and keeps to it from the second on: both are blank, so
   * that no face is ever in places that no later run comes to.
   */
  static async loadReusingOutputs(
    dir: string,
    model: PackModel,
    meter: NetworkMeter,
  ): Promise<Network> {
    const session = await openSession(dir, model);
    const outputs = Object.fromEntries(model.outputs.map(tensorFor));
    const network = new Network({ model, session }, meter, outputs);
    for (let run = 0; run < PLANNING_RUNS; run += 1) await network.runBlank();
    return network;
  }

  /** Cuts the network's input out of a picture and runs it. `size` is for networks that take any size. */
  async runOn(
    source: PicturePyramid,
    crop: Affine,
    size: { readonly width: number; readonly height: number } = this.model.input,
  ): Promise<Outputs> {
    const { width, height } = size;
    const { data, tensor } = this.inputOf(width, height);
    warpInto(data, { source, crop }, { ...this.model.input, width, height });
    return this.run(tensor);
  }

  /**
   * Runs the network on a blank picture: what the last face left in its input, its output and onnxruntime's own memory
   * is overwritten, as each run takes the same places (docs/templates.md).
   */
  async runBlank(): Promise<void> {
    const { width, height } = this.model.input;
    const { data, tensor } = this.inputOf(width, height);
    data.fill(0);
    await this.run(tensor);
  }

  async close(): Promise<void> {
    await this.session.release();
  }

  private inputOf(width: number, height: number): { data: Float32Array; tensor: Tensor } {
    const key = `${width}x${height}`;
    const known = this.inputs.get(key);
    if (known) return known;
    const data = new Float32Array(3 * width * height);
    const dims = this.model.input.layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
    const made = { data, tensor: new Tensor('float32', data, dims) };
    // Pictures of odd sizes (evaluation, enrolment) must not pile up buffers.
    if (this.inputs.size >= 4) this.inputs.clear();
    this.inputs.set(key, made);
    return made;
  }

  private async run(tensor: Tensor): Promise<Outputs> {
    const startedAt = performance.now();
    const feeds = { [this.model.input.name]: tensor };
    const { outputs } = this;
    const results = await (this.model.outputs.every(({ name }) => name in outputs)
      ? this.session.run(feeds, outputs)
      : this.session.run(feeds));
    this.meter.spentMs += performance.now() - startedAt;
    return new Map(
      Object.entries(results).map(([name, value]) => [name, value.data as Float32Array]),
    );
  }
}

function openSession(dir: string, model: PackModel): Promise<InferenceSession> {
  return InferenceSession.create(join(dir, model.file), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
}

function tensorFor({ name, shape }: PackModel['outputs'][number]): [string, Tensor] {
  const values = shape.reduce((product, size) => product * size, 1);
  assert(values > 0, 'an output whose shape is fixed');
  return [name, new Tensor('float32', new Float32Array(values), shape)];
}

/** The values of a named output. */
export function outputOf(outputs: Outputs, name: string): Float32Array {
  return present(outputs.get(name), `network output ${name}`);
}
