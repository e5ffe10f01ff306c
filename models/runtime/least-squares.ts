/**
 * Weighted least squares over a few terms, as sums that are added up sample by sample: no sample is kept, sums of
 * several parts can be joined, and a fit over the first terms alone costs no second pass. Nothing is allocated after
 * the constructor.
 */
export class NormalSums {
  /** How many terms a sample has. */
  readonly terms: number;
  /** Upper triangle of sum w * row * row', rows being the terms and then the value. */
  private readonly sums: Float64Array;
  private readonly factor: Float64Array;
  private readonly solved: Float64Array;
  /** The terms of the sample that `add` reads, then its value: written by the caller. */
  readonly row: Float64Array;
  weight = 0;
  samples = 0;

  constructor(terms: number) {
    this.terms = terms;
    this.row = new Float64Array(terms + 1);
    this.sums = new Float64Array((terms + 1) ** 2);
    this.factor = new Float64Array(terms * terms);
    this.solved = new Float64Array(terms);
  }

  clear(): void {
    this.sums.fill(0);
    this.weight = 0;
    this.samples = 0;
  }

  /** Adds the sample that `row` holds, counted `weight` times. */
  add(weight: number): void {
    const { row, sums } = this;
    const n = row.length;
    for (let i = 0; i < n; i += 1) {
      const wi = weight * (row[i] as number);
      for (let j = i; j < n; j += 1) {
        sums[i * n + j] = (sums[i * n + j] as number) + wi * (row[j] as number);
      }
    }
    this.weight += weight;
    this.samples += 1;
  }

  /** Adds all samples of another, of the same terms. */
  join(other: NormalSums): void {
    const { sums } = this;
    for (let i = 0; i < sums.length; i += 1) {
      sums[i] = (sums[i] as number) + (other.sums[i] as number);
    }
    this.weight += other.weight;
    this.samples += other.samples;
  }

  /**
   * Fits the first `terms` of the terms (Cholesky). Coefficients are then in `coefficient`.
   *
   * @returns the mean square that is left per weight, or undefined when the samples do not fix the terms
   */
  fit(terms: number): number | undefined {
    const { sums, factor, solved } = this;
    const n = this.terms + 1;
    if (this.samples <= terms) return undefined;
    for (let j = 0; j < terms; j += 1) {
      for (let i = j; i < terms; i += 1) {
        let sum = sums[j * n + i] as number;
        for (let k = 0; k < j; k += 1) {
          sum -= (factor[i * terms + k] as number) * (factor[j * terms + k] as number);
        }
        if (i > j) {
          factor[i * terms + j] = sum / (factor[j * terms + j] as number);
        } else if (sum > 1e-10 * (sums[j * n + j] as number)) {
          factor[j * terms + j] = Math.sqrt(sum);
        } else {
          return undefined;
        }
      }
    }
    let left = sums[n * n - 1] as number;
    for (let i = 0; i < terms; i += 1) {
      let sum = sums[i * n + this.terms] as number;
      for (let k = 0; k < i; k += 1) {
        sum -= (factor[i * terms + k] as number) * (solved[k] as number);
      }
      const y = sum / (factor[i * terms + i] as number);
      solved[i] = y;
      left -= y * y;
    }
    for (let i = terms - 1; i >= 0; i -= 1) {
      let sum = solved[i] as number;
      for (let k = i + 1; k < terms; k += 1) {
        sum -= (factor[k * terms + i] as number) * (solved[k] as number);
      }
      solved[i] = sum / (factor[i * terms + i] as number);
    }
    return Math.max(0, left) / this.weight;
  }

  /** A coefficient of the last fit. */
  coefficient(term: number): number {
    return this.solved[term] as number;
  }

  /** The last fit at the terms that `row` holds. */
  valueAtRow(terms: number): number {
    let sum = 0;
    for (let i = 0; i < terms; i += 1) {
      sum += (this.solved[i] as number) * (this.row[i] as number);
    }
    return sum;
  }
}
