// AssemblyScript. SIMD scans over one segment of the gallery in a shared memory. All pointers are byte
// offsets handed in by the caller; rows are multiples of 64 values. Compiled by build-kernel.ts.
// native/scan-kernel.c does the same: integer sums and what is made of them are equal bit for bit.

/**
 * For each row an upper bound of its true score: the int8 estimate plus the row's quantisation residual.
 *
 * @param rows int8[n][d], -127 to 127  @param query 7-bit codes u8[d], 1 to 127, 64 stands for zero
 * @param sums i32[n], sum of the row's codes  @param scales f32[n], value of one int8 step
 * @param slack f32[n], Euclidean norm of what quantisation lost of the row
 * @param out f32[n]  @param unit value of one step of the query
 */
export function scanInt8(
  rows: usize, query: usize, sums: usize, scales: usize, slack: usize, out: usize, n: i32, d: i32, unit: f32
): void {
  for (let r: i32 = 0; r < n; r++) {
    const p = rows + <usize>r * d;
    let a = i32x4.splat(0);
    let b = a;
    let c = a;
    let e = a;
    // products of two neighbours stay below 2^15, so this instruction is exact on every machine
    for (let i: i32 = 0; i < d; i += 64) {
      const q = query + i;
      a = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(p + i), v128.load(q), a);
      b = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(p + i, 16), v128.load(q, 16), b);
      c = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(p + i, 32), v128.load(q, 32), c);
      e = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(p + i, 48), v128.load(q, 48), e);
    }
    a = i32x4.add(i32x4.add(a, b), i32x4.add(c, e));
    const at = <usize>r << 2;
    const sum = i32x4.extract_lane(a, 0) + i32x4.extract_lane(a, 1)
      + i32x4.extract_lane(a, 2) + i32x4.extract_lane(a, 3) - (load<i32>(sums + at) << 6);
    store<f32>(out + at, <f32>sum * load<f32>(scales + at) * unit + load<f32>(slack + at));
  }
}

/**
 * For each row an estimate of its score from the signs of its values alone, by table: 16 rows at a time, a
 * nibble of four signs looks up what those four values of the query contribute.
 *
 * @param codes u8[blocks][w][16], byte j of 16 rows; bit k of it is set where value 8j+k is positive
 * @param low tables u8[w][16] of the low nibbles, entries below 128  @param high the same of the high ones
 * @param factors f32[16 blocks], 1 / sum of the row's magnitudes  @param out f32[16 blocks]
 * @param w bytes of signs a row, at most 256  @param unit value of one table step  @param base of all zeros
 */
export function scanBits(
  codes: usize, low: usize, high: usize, factors: usize, out: usize, blocks: i32, w: i32, unit: f32, base: f32
): void {
  const units = f32x4.splat(unit);
  const bases = f32x4.splat(base);
  const nibble = i8x16.splat(15);
  for (let block: i32 = 0; block < blocks; block++) {
    // even rows gather in the low bytes of `all`, on top of odd ones, which `odd` holds alone
    let all = i16x8.splat(0);
    let odd = all;
    const p = codes + <usize>block * w * 16;
    for (let at: i32 = 0; at < w << 4; at += 16) {
      const c = v128.load(p + at);
      const v = i8x16.add(
        i8x16.relaxed_swizzle(v128.load(low + at), v128.and(c, nibble)),
        i8x16.relaxed_swizzle(v128.load(high + at), v128.and(i16x8.shr_u(c, 4), nibble))
      );
      all = i16x8.add(all, v);
      odd = i16x8.add(odd, i16x8.shr_u(v, 8));
    }
    const even = i16x8.sub(all, i16x8.shl(odd, 8));
    const first = v128.shuffle<u16>(even, odd, 0, 8, 1, 9, 2, 10, 3, 11);
    const last = v128.shuffle<u16>(even, odd, 4, 12, 5, 13, 6, 14, 7, 15);
    const f = factors + (<usize>block << 6);
    const o = out + (<usize>block << 6);
    v128.store(o, estimate(i32x4.extend_low_i16x8_u(first), units, bases, v128.load(f)));
    v128.store(o, estimate(i32x4.extend_high_i16x8_u(first), units, bases, v128.load(f, 16)), 16);
    v128.store(o, estimate(i32x4.extend_low_i16x8_u(last), units, bases, v128.load(f, 32)), 32);
    v128.store(o, estimate(i32x4.extend_high_i16x8_u(last), units, bases, v128.load(f, 48)), 48);
  }
}

// @ts-ignore: decorator
@inline function estimate(sums: v128, units: v128, bases: v128, factors: v128): v128 {
  return f32x4.mul(f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sums), units), bases), factors);
}

/** Numbers of the values that are at least `least`, in ascending order, into ids u32[n]; returns how many. */
export function collect(values: usize, n: i32, least: f32, ids: usize): i32 {
  let count: i32 = 0;
  const t = f32x4.splat(least);
  let r: i32 = 0;
  for (; r + 4 <= n; r += 4) {
    if (!v128.any_true(f32x4.ge(v128.load(values + (<usize>r << 2)), t))) continue;
    for (let k: i32 = r; k < r + 4; k++) {
      if (load<f32>(values + (<usize>k << 2)) < least) continue;
      store<u32>(ids + (<usize>count << 2), k);
      count++;
    }
  }
  for (; r < n; r++) {
    if (load<f32>(values + (<usize>r << 2)) < least) continue;
    store<u32>(ids + (<usize>count << 2), r);
    count++;
  }
  return count;
}

/** The float32 scores of some rows. @param rows u32[n], where each row of f32[d] begins  @param out f32[n] */
export function score(rows: usize, query: usize, out: usize, n: i32, d: i32): void {
  for (let r: i32 = 0; r < n; r++) {
    const row = <usize>load<u32>(rows + (<usize>r << 2));
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
    store<f32>(out + (<usize>r << 2), f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1)
      + f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3));
  }
}

/** Reads `bytes` (a multiple of 256) and does next to nothing with them: no scan of as many can be quicker. */
export function read(at: usize, bytes: i32): i32 {
  let a = i32x4.splat(0);
  let b = a;
  let c = a;
  let e = a;
  for (const end = at + bytes; at < end; at += 256) {
    for (let i: usize = 0; i < 256; i += 64) {
      a = v128.xor(a, v128.load(at + i));
      b = v128.xor(b, v128.load(at + i, 16));
      c = v128.xor(c, v128.load(at + i, 32));
      e = v128.xor(e, v128.load(at + i, 48));
    }
  }
  return i32x4.extract_lane(v128.xor(v128.xor(a, b), v128.xor(c, e)), 0);
}

/**
 * Makes the codes of a row out of its values.
 *
 * @param exact f32[d]  @param codes int8[d]  @param signs where the row's first byte of signs goes, each next one
 * 16 bytes on; 0 for none  @param figures gets f32 value of one int8 step, i32 sum of the codes, f32 norm of what
 * they lost, f32 sum of magnitudes
 */
export function encodeRow(exact: usize, codes: usize, signs: usize, figures: usize, d: i32): void {
  const end = exact + (<usize>d << 2);
  let most = f32x4.splat(f32.MIN_VALUE);
  let magnitudes = f32x4.splat(0);
  for (let p = exact; p < end; p += 16) {
    const magnitude = f32x4.abs(v128.load(p));
    most = f32x4.max(most, magnitude);
    magnitudes = f32x4.add(magnitudes, magnitude);
  }
  const largest = max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3))
  );
  const scale = largest / 127;
  const scales = f32x4.splat(scale);
  let sums = i32x4.splat(0);
  let lost = f32x4.splat(0);
  for (let p = exact; p < end; p += 32) {
    const a = v128.load(p);
    const b = v128.load(p, 16);
    const s = f32x4.nearest(f32x4.div(a, scales));
    const t = f32x4.nearest(f32x4.div(b, scales));
    const u = f32x4.sub(a, f32x4.mul(s, scales));
    const w = f32x4.sub(b, f32x4.mul(t, scales));
    lost = f32x4.add(lost, f32x4.add(f32x4.mul(u, u), f32x4.mul(w, w)));
    const i = i32x4.trunc_sat_f32x4_s(s);
    const j = i32x4.trunc_sat_f32x4_s(t);
    sums = i32x4.add(sums, i32x4.add(i, j));
    const words = i16x8.narrow_i32x4_s(i, j);
    v128.store64_lane(codes, i8x16.narrow_i16x8_s(words, words), 0);
    codes += 8;
    if (signs) {
      store<u8>(signs, positives(a) | (positives(b) << 4));
      signs += 16;
    }
  }
  store<f32>(figures, scale);
  store<i32>(figures, i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1)
    + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3), 4);
  store<f32>(figures, sqrt(total(lost)), 8);
  store<f32>(figures, total(magnitudes), 12);
}

// @ts-ignore: decorator
@inline function positives(four: v128): i32 {
  return i32x4.bitmask(f32x4.gt(four, f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline function total(four: v128): f32 {
  return f32x4.extract_lane(four, 0) + f32x4.extract_lane(four, 1)
    + f32x4.extract_lane(four, 2) + f32x4.extract_lane(four, 3);
}
