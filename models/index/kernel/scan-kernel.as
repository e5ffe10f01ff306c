// AssemblyScript. SIMD scan over one segment of the gallery in a shared memory. All pointers are byte
// offsets handed in by the caller; rows are multiples of 16 values. Compiled by build-kernel.ts.

/**
 * For each row an upper bound of its true score: the int8 estimate plus the row's quantisation residual.
 *
 * @param rows int8[n][d]  @param query int16[d]  @param scales f32[n], value of one int8 step
 * @param slack f32[n], Euclidean norm of what quantisation lost of the row
 * @param out f32[n]  @param unit value of one int16 step of the query
 */
export function scan(
  rows: usize, query: usize, scales: usize, slack: usize, out: usize, n: i32, d: i32, unit: f32
): void {
  for (let r: i32 = 0; r < n; r++) {
    const p = rows + <usize>r * d;
    let a = i32x4.splat(0);
    let b = i32x4.splat(0);
    for (let i: i32 = 0; i < d; i += 16) {
      const q = query + (<usize>i << 1);
      a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load8x8_s(p + i), v128.load(q)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load8x8_s(p + i, 8), v128.load(q, 16)));
    }
    a = i32x4.add(a, b);
    const sum = i32x4.extract_lane(a, 0) + i32x4.extract_lane(a, 1)
      + i32x4.extract_lane(a, 2) + i32x4.extract_lane(a, 3);
    const at = <usize>r << 2;
    store<f32>(out + at, <f32>sum * load<f32>(scales + at) * unit + load<f32>(slack + at));
  }
}

/** Row numbers whose bound is at least `least`, in ascending order, into ids u32[n]; returns how many. */
export function collect(bounds: usize, n: i32, least: f32, ids: usize): i32 {
  let count: i32 = 0;
  const t = f32x4.splat(least);
  let r: i32 = 0;
  for (; r + 4 <= n; r += 4) {
    if (!v128.any_true(f32x4.ge(v128.load(bounds + (<usize>r << 2)), t))) continue;
    for (let k: i32 = r; k < r + 4; k++) {
      if (load<f32>(bounds + (<usize>k << 2)) < least) continue;
      store<u32>(ids + (<usize>count << 2), k);
      count++;
    }
  }
  for (; r < n; r++) {
    if (load<f32>(bounds + (<usize>r << 2)) < least) continue;
    store<u32>(ids + (<usize>count << 2), r);
    count++;
  }
  return count;
}

/** The float32 score of one row. `d` is a multiple of 16. */
export function score(row: usize, query: usize, d: i32): f32 {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let e = a;
  for (let i: i32 = 0; i < d << 2; i += 64) {
    a = f32x4.add(a, f32x4.mul(v128.load(row + i), v128.load(query + i)));
    b = f32x4.add(b, f32x4.mul(v128.load(row + i, 16), v128.load(query + i, 16)));
    c = f32x4.add(c, f32x4.mul(v128.load(row + i, 32), v128.load(query + i, 32)));
    e = f32x4.add(e, f32x4.mul(v128.load(row + i, 48), v128.load(query + i, 48)));
  }
  a = f32x4.add(f32x4.add(a, b), f32x4.add(c, e));
  return f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) + f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3);
}
