// AssemblyScript. Cutting crops out of RGB pictures, three channels at once in one SIMD register.
// All pointers are byte offsets handed in by the caller; a picture is followed by at least 4 spare bytes,
// an output by 16. Compiled by build-kernel.ts.

// @ts-ignore: decorator
@inline function rgbAt(p: usize): v128 {
  return f32x4.convert_i32x4_s(
    i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(p)))
  );
}

/** One corner of a bilinear sample; black outside. */
// @ts-ignore: decorator
@inline function corner(picture: usize, w: i32, h: i32, x: i32, y: i32): v128 {
  if (x < 0 || y < 0 || x >= w || y >= h) return f32x4.splat(0);
  return rgbAt(picture + <usize>(y * w + x) * 3);
}

/**
 * Bilinear crop: out = sample * scale + bias.
 *
 * @param job f64[6] a b c d e f (input pixel -> picture pixel), then at +48 f32[4] scale and at +64 f32[4]
 *   bias, both in the order red, green, blue, unused
 * @param planar 0: channels interleaved, 1: plane after plane  @param bgr 1: blue first
 */
export function warp(
  picture: usize, w: i32, h: i32, out: usize, width: i32, height: i32, job: usize, planar: i32, bgr: i32
): void {
  const a = load<f64>(job);
  const b = load<f64>(job, 8);
  const c = load<f64>(job, 16);
  const d = load<f64>(job, 24);
  const e = load<f64>(job, 32);
  const f = load<f64>(job, 40);
  const scale = v128.load(job, 48);
  const bias = v128.load(job, 64);
  const plane = <usize>(width * height) << 2;
  const firstPlane = bgr ? plane * 2 : 0;
  const lastPlane = bgr ? 0 : plane * 2;
  const stride = <usize>w * 3;
  let o = out;
  for (let v: i32 = 0; v < height; v++) {
    const rowX = b * v + c;
    const rowY = e * v + f;
    for (let u: i32 = 0; u < width; u++) {
      const x = a * u + rowX;
      const y = d * u + rowY;
      const x0 = Math.floor(x);
      const y0 = Math.floor(y);
      const fx = <f32>(x - x0);
      const fy = <f32>(y - y0);
      const xi = <i32>x0;
      const yi = <i32>y0;
      let p00: v128, p01: v128, p10: v128, p11: v128;
      if (xi >= 0 && yi >= 0 && xi < w - 1 && yi < h - 1) {
        const p = picture + <usize>yi * stride + <usize>xi * 3;
        p00 = rgbAt(p);
        p01 = rgbAt(p + 3);
        p10 = rgbAt(p + stride);
        p11 = rgbAt(p + stride + 3);
      } else {
        p00 = corner(picture, w, h, xi, yi);
        p01 = corner(picture, w, h, xi + 1, yi);
        p10 = corner(picture, w, h, xi, yi + 1);
        p11 = corner(picture, w, h, xi + 1, yi + 1);
      }
      const top = f32x4.add(p00, f32x4.mul(f32x4.sub(p01, p00), f32x4.splat(fx)));
      const bottom = f32x4.add(p10, f32x4.mul(f32x4.sub(p11, p10), f32x4.splat(fx)));
      let value = f32x4.add(top, f32x4.mul(f32x4.sub(bottom, top), f32x4.splat(fy)));
      value = f32x4.add(f32x4.mul(value, scale), bias);
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
