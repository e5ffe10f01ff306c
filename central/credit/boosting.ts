/**
 * Cyclic boosting of an additive model of log odds: in every round each term in turn takes a small step
 * towards what the others left over (Lou, Caruana, Gehrke and Hooker 2013, "Accurate intelligible models
 * with pairwise interactions"; Nori et al. 2019, InterpretML).
 */

/** One term: every row lies in one of its cells (a feature's bins, or pairs of bins). */
export interface BoostedTerm {
  readonly cellCount: number;
  readonly trainCells: Uint16Array;
  readonly holdoutCells: Uint16Array;
  /**
   * Fits one small tree.
   *
   * @param step receives the value of each cell, unshrunk
   */
  readonly fit: (sums: CellSums, step: Float64Array) => void;
}

/** What the training rows of each cell add up to. */
export interface CellSums {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  readonly rows: Float64Array;
}

/** Log odds so far, and what came of the companies. Boosting changes `scores` in place. */
export interface BoostedRows {
  readonly scores: Float64Array;
  readonly bad: Uint8Array;
}

export interface BoostingOptions {
  /** Share of each step that is taken. */
  readonly learningRate: number;
  readonly mostRounds: number;
  /** Ends when the held-out rows' loss has not improved for so many rounds. */
  readonly patience: number;
}

export interface BoostingData {
  readonly terms: readonly BoostedTerm[];
  readonly train: BoostedRows;
  /** Never learnt from: tells when to stop. */
  readonly holdout: BoostedRows;
}

/**
 * Boosts several bags side by side until their held-out rows, taken together, say stop; then goes back to the best round. One
 * bag's few held-out rows would stop it too early or too late by chance.
 *
 * @returns of each bag the value of each cell of each term. The bags' `train.scores` and `holdout.scores` end at
 *   those values.
 */
export function boost(
  bags: readonly BoostingData[],
  { learningRate, mostRounds, patience }: BoostingOptions,
  onRound?: (round: number) => void,
): Float64Array[][] {
  const machines = bags.map((data) => new BoostingMachine(data, learningRate));
  const heldOut = (): number => machines.reduce((sum, machine) => sum + machine.holdoutLoss(), 0);
  let best = { loss: heldOut(), round: 0 };
  for (let round = 1; round <= mostRounds && round - best.round <= patience; round += 1) {
    for (const machine of machines) machine.round();
    const loss = heldOut();
    if (loss < best.loss) {
      best = { loss, round };
      for (const machine of machines) machine.keep();
    }
    onRound?.(round);
  }
  return machines.map((machine) => machine.finish());
}

/** Boosts one bag. */
class BoostingMachine {
  private readonly data: BoostingData;
  private readonly learningRate: number;
  private readonly workspaces: readonly Workspace[];
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  private readonly kept: { train: Float64Array; holdout: Float64Array; shapes: Float64Array[] };

  constructor(data: BoostingData, learningRate: number) {
    this.data = data;
    this.learningRate = learningRate;
    this.workspaces = data.terms.map(workspaceOf);
    this.gradient = new Float64Array(data.train.bad.length);
    this.hessian = new Float64Array(data.train.bad.length);
    this.kept = {
      train: data.train.scores.slice(),
      holdout: data.holdout.scores.slice(),
      shapes: this.workspaces.map(({ shape }) => shape.slice()),
    };
  }

  /** Sum of the log loss. */
  holdoutLoss(): number {
    return logLoss(this.data.holdout);
  }

  round(): void {
    const { train, holdout } = this.data;
    derivatives(train, this.gradient, this.hessian);
    for (const workspace of this.workspaces) {
      fitStep(workspace, this.gradient, this.hessian);
      takeStep(workspace, this.learningRate);
      advance(workspace, train, this);
      addCells(holdout.scores, workspace.term.holdoutCells, workspace.step);
    }
  }

  /** Remembers this round. */
  keep(): void {
    this.kept.train.set(this.data.train.scores);
    this.kept.holdout.set(this.data.holdout.scores);
    for (const [i, { shape }] of this.workspaces.entries()) this.kept.shapes[i]?.set(shape);
  }

  /** Goes back to the round remembered. */
  finish(): Float64Array[] {
    this.data.train.scores.set(this.kept.train);
    this.data.holdout.scores.set(this.kept.holdout);
    return this.kept.shapes;
  }
}

interface Workspace {
  readonly term: BoostedTerm;
  readonly sums: CellSums;
  readonly step: Float64Array;
  readonly shape: Float64Array;
}

function workspaceOf(term: BoostedTerm): Workspace {
  const { cellCount, trainCells } = term;
  const rows = new Float64Array(cellCount);
  for (const cell of trainCells) rows[cell] = (rows[cell] ?? 0) + 1;
  const sums = {
    gradient: new Float64Array(cellCount),
    hessian: new Float64Array(cellCount),
    rows,
  };
  return { term, sums, step: new Float64Array(cellCount), shape: new Float64Array(cellCount) };
}

interface RowDerivatives {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
}

/** First and second derivative of the log loss by the log odds. */
function derivatives({ scores, bad }: BoostedRows, gradient: Float64Array, hessian: Float64Array) {
  for (let i = 0; i < scores.length; i += 1) {
    const p = 1 / (1 + Math.exp(-(scores[i] ?? 0)));
    gradient[i] = p - (bad[i] ?? 0);
    hessian[i] = Math.max(p * (1 - p), 1e-9);
  }
}

function fitStep(
  { term, sums, step }: Workspace,
  gradient: Float64Array,
  hessian: Float64Array,
): void {
  const { trainCells } = term;
  const cellGradient = sums.gradient.fill(0);
  const cellHessian = sums.hessian.fill(0);
  for (let i = 0; i < trainCells.length; i += 1) {
    const cell = trainCells[i] ?? 0;
    cellGradient[cell] = (cellGradient[cell] ?? 0) + (gradient[i] ?? 0);
    cellHessian[cell] = (cellHessian[cell] ?? 0) + (hessian[i] ?? 0);
  }
  term.fit(sums, step);
}

function takeStep({ step, shape }: Workspace, learningRate: number): void {
  for (let cell = 0; cell < step.length; cell += 1) {
    const value = learningRate * (step[cell] ?? 0);
    step[cell] = value;
    shape[cell] = (shape[cell] ?? 0) + value;
  }
}

/**
 * Moves the training rows, and their gradients along the tangent: within a round the steps are small, so
 * the logistic function is worked out anew once a round only.
 */
function advance(
  { term, step }: Workspace,
  { scores }: BoostedRows,
  { gradient, hessian }: RowDerivatives,
): void {
  const { trainCells } = term;
  for (let i = 0; i < trainCells.length; i += 1) {
    const value = step[trainCells[i] ?? 0] ?? 0;
    scores[i] = (scores[i] ?? 0) + value;
    gradient[i] = (gradient[i] ?? 0) + (hessian[i] ?? 0) * value;
  }
}

function addCells(scores: Float64Array, cells: Uint16Array, values: Float64Array): void {
  for (let i = 0; i < cells.length; i += 1) {
    scores[i] = (scores[i] ?? 0) + (values[cells[i] ?? 0] ?? 0);
  }
}

/** Sum of the log loss. */
function logLoss({ scores, bad }: BoostedRows): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i += 1) {
    const margin = bad[i] === 1 ? (scores[i] ?? 0) : -(scores[i] ?? 0);
    sum += margin > 0 ? Math.log1p(Math.exp(-margin)) : -margin + Math.log1p(Math.exp(margin));
  }
  return sum;
}
