import { z } from 'zod';

/**
 * Screen colours of the light challenge: a terminal without depth lights the face with its screen in an order that the
 * hub has drawn, and the hub looks for that order in the pictures (docs/presentation-attacks.md, "Light").
 */
export const LIGHT_HUES = ['red', 'yellow', 'green', 'cyan', 'blue', 'magenta'] as const;
export const LIGHT_COLOURS = [...LIGHT_HUES, 'neutral'] as const;
export type LightColour = (typeof LIGHT_COLOURS)[number];
export const lightColourSchema = z.enum(LIGHT_COLOURS);

/** Steps of a sequence: four different hues, and the neutral one somewhere among them. One frame belongs to each. */
export const LIGHT_STEPS = 5;

/**
 * What the screen shows, sRGB. A channel that is off is at a seventh of the light of one that is on, so that no colour is
 * a saturated red (R / (R + G + B) of 0.8 and more in linear light, WCAG 2.3.1).
 */
export const LIGHT_SRGB: Readonly<Record<LightColour, string>> = {
  red: '#ff6969',
  yellow: '#ffff69',
  green: '#69ff69',
  cyan: '#69ffff',
  blue: '#6969ff',
  magenta: '#ff69ff',
  neutral: '#c7c7c7',
};

const ON = 1;
const OFF = 0.14;

/** The same as shares of the screen's full light: red, green, blue, linear. */
export const LIGHT_LINEAR: Readonly<Record<LightColour, readonly [number, number, number]>> = {
  red: [ON, OFF, OFF],
  yellow: [ON, ON, OFF],
  green: [OFF, ON, OFF],
  cyan: [OFF, ON, ON],
  blue: [OFF, OFF, ON],
  magenta: [ON, OFF, ON],
  neutral: [0.57, 0.57, 0.57],
};

/** Every sequence that a hub may draw: 360 orders of four hues out of six, times five places of the neutral step. */
export const LIGHT_SEQUENCES: readonly (readonly LightColour[])[] = orders(
  LIGHT_HUES,
  LIGHT_STEPS - 1,
).flatMap((hues) => hues.concat('neutral').map((_, at) => hues.toSpliced(at, 0, 'neutral')));

function orders(from: readonly LightColour[], length: number): LightColour[][] {
  if (length === 0) return [[]];
  return from.flatMap((first) =>
    orders(
      from.filter((other) => other !== first),
      length - 1,
    ).map((rest) => [first, ...rest]),
  );
}
