// AssemblyScript. Cutting crops out of RGB pictures, three channels at once in one SIMD register.
// All pointers are byte offsets handed in by the caller; a picture is followed by at least 8 spare bytes,
// an output by 16. Compiled by build-kernel.ts.

/** Steps of a bilinear weight: 14 bits, so that the four products of a sample fit into int32. */
const ONE: i32 = 16384;

/** Pixels x and x + 1 of a row as int16 pairs: r r' g g' b b' and two lanes that count for nothing. */
// @ts-ignore: decorator
@inline function pairAt(p: usize): v128 {
  // Index 16 and above gives 0: bytes become int16 and are paired in one step.
  return i8x16.swizzle(
    v128.load64_zero(p),
    i8x16(0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16)
  );
}

/** As pairAt, black where a pixel lies outside of the picture. */
// @ts-ignore: decorator
@inline function edgePair(picture: usize, w: i32, h: i32, x: i32, y: i32): v128 {
  let pair = i32x4.splat(0);
  if (y < 0 || y >= h) return pair;
  const row = picture + <usize>(y * w) * 3;
  if (x >= 0 && x < w) pair = v128.and(pairAt(row + <usize>x * 3), i32x4.splat(0xffff));
  if (x + 1 >= 0 && x + 1 < w) {
    pair = v128.or(pair, i32x4.shl(v128.and(pairAt(row + <usize>(x + 1) * 3), i32x4.splat(0xffff)), 16));
  }
  return pair;
}

/**
 * Bilinear crop: out = sample * scale + bias. Weights have 14 bits: a sample is off by 0.05 of 255 at most.
 *
 * @param job f64[6] a b c d e f (input pixel -> picture pixel, all within +-30,000), then at +48 f32[4] scale
 *   divided by ONE and at +64 f32[4] bias, both in the order red, green, blue, unused
 * @param planar 0: channels interleaved, 1: plane after plane  @param bgr 1: blue first
 */
export function warp(
  picture: usize, w: i32, h: i32, out: usize, width: i32, height: i32, job: usize, planar: i32, bgr: i32
): void {
  // Positions in 1/65536 pixel: over a row of 640 the rounding of the step adds up to 0.005 pixel.
  const stepX = <i32>Math.round(load<f64>(job) * 65536);
  const stepY = <i32>Math.round(load<f64>(job, 24) * 65536);
  const b = load<f64>(job, 8);
  const c = load<f64>(job, 16);
  const e = load<f64>(job, 32);
  const f = load<f64>(job, 40);
  const scale = v128.load(job, 48);
  const bias = v128.load(job, 64);
  const plane = <usize>(width * height) << 2;
  const firstPlane = bgr ? plane * 2 : 0;
  const lastPlane = bgr ? 0 : plane * 2;
  const stride = <usize>w * 3;
  const insideX = <u32>max(0, w - 1);
  const insideY = <u32>max(0, h - 1);
  let o = out;
  for (let v: i32 = 0; v < height; v++) {
    let x = <i32>Math.round((b * v + c) * 65536);
    let y = <i32>Math.round((e * v + f) * 65536);
    for (let u: i32 = 0; u < width; u++) {
      const xi = x >> 16;
      const yi = y >> 16;
      let top: v128, bottom: v128;
      if (<u32>xi < insideX && <u32>yi < insideY) {
        const p = picture + <usize>yi * stride + <usize>xi * 3;
        top = pairAt(p);
        bottom = pairAt(p + stride);
      } else {
        top = edgePair(picture, w, h, xi, yi);
        bottom = edgePair(picture, w, h, xi, yi + 1);
      }
      const fx = (x & 0xffff) >> 2;
      const fy = (y & 0xffff) >> 2;
      const w11 = (fx * fy + 8192) >> 14;
      const w01 = fx - w11;
      const w10 = fy - w11;
      const w00 = ONE - fx - w10;
      const sum = i32x4.add(
        i32x4.dot_i16x8_s(top, i32x4.splat(w00 | (w01 << 16))),
        i32x4.dot_i16x8_s(bottom, i32x4.splat(w10 | (w11 << 16)))
      );
      let value = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sum), scale), bias);
      if (planar) {
        store<f32>(o + firstPlane, f32x4.extract_lane(value, 0));
        store<f32>(o + plane, f32x4.extract_lane(value, 1));
        store<f32>(o + lastPlane, f32x4.extract_lane(value, 2));
        o += 4;
      } else {
        if (bgr) value = v128.shuffle<f32>(value, value, 2, 1, 0, 3);
        // The fourth lane is overwritten by the next pixel.
        v128.store(o, value);
        o += 12;
      }
      x += stepX;
      y += stepY;
    }
  }
}

/** Mean of 2x2 pixels, rounded to the nearest; an odd last row or column is dropped. */
export function halve(picture: usize, w: i32, h: i32, out: usize): void {
  const stride = <usize>w * 3;
  let o = out;
  for (let y: i32 = 0; y < h >> 1; y++) {
    let p = picture + <usize>(2 * y) * stride;
    for (let x: i32 = 0; x < w >> 1; x++) {
      let sum = i16x8.add(
        i16x8.extend_low_i8x16_u(v128.load64_zero(p)),
        i16x8.extend_low_i8x16_u(v128.load64_zero(p + stride))
      );
      // Lanes 0-2 are the left pixels, 3-5 the right ones.
      sum = i16x8.add(sum, v128.shuffle<i16>(sum, sum, 3, 4, 5, 3, 4, 5, 6, 7));
      sum = i16x8.shr_u(i16x8.add(sum, i16x8.splat(2)), 2);
      const bytes = i8x16.narrow_i16x8_u(sum, sum);
      // The fourth byte is overwritten by the next pixel.
      store<u32>(o, i32x4.extract_lane(bytes, 0));
      p += 6;
      o += 3;
    }
  }
}
