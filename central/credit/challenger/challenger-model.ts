import { InferenceSession, Tensor } from 'onnxruntime-node';
import { assert } from '../../../shared/kernel/assert.ts';
import { err, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Company } from '../scorecard.ts';
import type { ChallengerShape } from './onnx-check.ts';

/** `does_not_run`: onnxruntime does not take it; `out_of_range`: what it answers is no probability. */
export type RunFailure = 'does_not_run' | 'out_of_range';

/** So many companies in one run: bounds what it takes of memory. */
const BATCH = 1_000;

/** A challenger that can be asked. Its file must have passed `checkOnnx`. */
export class ChallengerModel {
  readonly shape: ChallengerShape;
  private readonly session: InferenceSession;

  private constructor(session: InferenceSession, shape: ChallengerShape) {
    this.session = session;
    this.shape = shape;
  }

  /** Loads a model on one thread. */
  static async open(
    bytes: Uint8Array,
    shape: ChallengerShape,
  ): Promise<Result<ChallengerModel, RunFailure>> {
    try {
      const session = await InferenceSession.create(bytes, {
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        logSeverityLevel: 4,
      });
      return ok(new ChallengerModel(session, shape));
    } catch {
      return err('does_not_run');
    }
  }

  /** The probability of going bad of each company, from 0 to 1. */
  async probabilities(companies: readonly Company[]): Promise<Result<Float64Array, RunFailure>> {
    const all = new Float64Array(companies.length);
    for (let from = 0; from < companies.length; from += BATCH) {
      const batch = companies.slice(from, from + BATCH);
      const answer = await this.answer(batch);
      if (!answer) return err('does_not_run');
      if (!answer.every((p) => p >= 0 && p <= 1)) return err('out_of_range');
      all.set(answer, from);
    }
    return ok(all);
  }

  async close(): Promise<void> {
    await this.session.release();
  }

  private async answer(companies: readonly Company[]): Promise<Float64Array | undefined> {
    const { inputs, output, columns } = this.shape;
    const feeds = Object.fromEntries(
      inputs.map(({ feature, kind }) => [feature, columnOf(companies, feature, kind)]),
    );
    try {
      const { [output]: tensor } = await this.session.run(feeds, [output]);
      const data = tensor?.data;
      if (!(data instanceof Float32Array) || data.length !== companies.length * columns) {
        return undefined;
      }
      return Float64Array.from(companies, (_, row) => data[row * columns + columns - 1] ?? -1);
    } catch {
      return undefined;
    }
  }
}

function columnOf(companies: readonly Company[], feature: string, kind: 'number' | 'text'): Tensor {
  const values = companies.map((company) => company.get(feature));
  const dims = [values.length, 1];
  if (kind === 'text') {
    return new Tensor(
      'string',
      values.map((value) => (value === undefined ? '' : `${value}`)),
      dims,
    );
  }
  const numbers = Float32Array.from(values, (value) =>
    typeof value === 'number' ? value : Number.NaN,
  );
  assert(numbers.length === values.length, 'a number for every company');
  return new Tensor('float32', numbers, dims);
}
