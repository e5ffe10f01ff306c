import type { Outcome } from './payment-flow.ts';

/** Frequencies in Hz, one after the other: up for paid, level for one more look, down for not this way. */
const TONES: Record<Outcome['kind'], readonly number[]> = {
  paid: [659.25, 987.77],
  declined: [523.25, 523.25],
  fallback: [392, 311.13],
};
const TONE_SECONDS = 0.16;
const LOUDNESS = 0.25;

let context: AudioContext | undefined;

/** Must be called from a press: browsers keep pages silent until the first one. */
export function allowSound(): void {
  context ??= new AudioContext();
  void context.resume();
}

export function playChime(outcome: Outcome['kind']): void {
  if (!context) return;
  for (const [index, frequency] of TONES[outcome].entries()) {
    const start = context.currentTime + index * (TONE_SECONDS + 0.02);
    const oscillator = new OscillatorNode(context, { type: 'triangle', frequency });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
    gain.gain.linearRampToValueAtTime(0, start + TONE_SECONDS);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(start + TONE_SECONDS);
  }
}
